// What a consolidation proposes: memories that go, and what comes in their place.

export interface Change {
  forget: string[];
  key?: string;
  text?: string;
  why: string;
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** The changes in a result's data; null if it holds something else. */
export function changesOf(data: Record<string, unknown> | undefined): Change[] | null {
  const list = data?.changes;
  if (!Array.isArray(list) || list.length === 0) return null;
  const changes: Change[] = [];
  for (const one of list) {
    if (typeof one !== 'object' || one === null) return null;
    const { forget, key, text, why } = one as Record<string, unknown>;
    const change: Change = {
      forget: texts(forget),
      why: typeof why === 'string' ? why : '',
      ...(typeof key === 'string' && { key }),
      ...(typeof text === 'string' && { text }),
    };
    // Neither takes nor gives anything: these are changes of another kind.
    if (change.forget.length === 0 && change.key === undefined) return null;
    changes.push(change);
  }
  return changes;
}
