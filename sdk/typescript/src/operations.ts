// The node's operations by their names: what each takes and gives, as its OpenAPI file says it.

import type { operations } from './generated.ts';

export type Operation = keyof operations;

/** What is not there says nothing, instead of ruling everything out. */
type Fields<Part> = [NonNullable<Part>] extends [never] ? unknown : NonNullable<Part>;
type Json<Part> = Fields<Part> extends { content: { 'application/json': infer Body } } ? Body : unknown;
type Body<Spoken> = Spoken extends { requestBody?: infer Part } ? Json<Part> : unknown;
type Done<Answers> = Answers extends { 200: infer Good } | { 201: infer Good } ? Json<Good> : unknown;
type Flat<Part> = { [Key in keyof Part]: Part[Key] };

/** Over HTTP it stands in path, query and body; everywhere else it is one object. Waiting for a place in the log is of HTTP alone. */
export type Input<Name extends Operation> = Flat<
  Fields<operations[Name]['parameters']['path']> &
    Omit<Fields<operations[Name]['parameters']['query']>, 'min_seq'> &
    Body<operations[Name]>
>;
export type Output<Name extends Operation> = Done<operations[Name]['responses']>;
