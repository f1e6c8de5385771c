// What the page holds changes in one order: a push that overtakes an older answer is not undone by it.

interface Turn {
  act?: () => void;
}

/**
 * A line of questions and of what came by itself. What comes waits for the answers to the questions before it: they may be
 * older, and then lack it, or newer, and then it changes nothing. Answers are applied in the order of their questions.
 */
export class Order {
  readonly #line: Turn[] = [];

  came(act: () => void): void {
    this.#line.push({ act });
    this.#go();
  }

  /** Ends when the answer was applied; fails as the question does. */
  ask<T>(question: Promise<T>, apply: (answer: T) => void): Promise<void> {
    const turn: Turn = {};
    this.#line.push(turn);
    return new Promise((resolve, reject) => {
      const answered = (act: () => void) => {
        turn.act = act;
        this.#go();
      };
      question.then(
        (answer) =>
          answered(() => {
            try {
              resolve(apply(answer));
            } catch (error) {
              reject(error);
            }
          }),
        (error) => answered(() => reject(error)),
      );
    });
  }

  #go(): void {
    while (this.#line[0]?.act) this.#line.shift()!.act!();
  }
}
