// A drawing of tasks that wait for one another: layers from left to right, few crossings, edges that bend around nothing.

export interface Node {
  id: string;
  needs: readonly string[];
}

export interface Spot {
  id: string;
  layer: number;
  row: number;
}

export interface Edge {
  from: string;
  to: string;
}

export interface Layered {
  spots: Spot[];
  edges: Edge[];
  layers: number;
  /** Of the fullest layer. */
  rows: number;
}

/** Passes of ordering by neighbours; more change little. */
const PASSES = 6;

/** The same graph gives the same drawing: only ids and their order count. Needs that are not among the nodes are left out. */
export function layered(nodes: readonly Node[]): Layered {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const edges = nodes.flatMap((node) =>
    [...new Set(node.needs)]
      .filter((need) => known.has(need) && need !== node.id)
      .map((from) => ({ from, to: node.id })),
  );
  const layer = depths(nodes, edges);
  const columns: string[][] = [];
  for (const node of nodes) {
    const at = layer.get(node.id)!;
    columns[at] = [...(columns[at] ?? []), node.id];
  }
  order(columns, edges);
  const spots = columns.flatMap((column, index) => column.map((id, row) => ({ id, layer: index, row })));
  return { spots, edges, layers: columns.length, rows: Math.max(0, ...columns.map((column) => column.length)) };
}

/** The longest way from a beginning, by taking away what has nothing before it. */
function depths(nodes: readonly Node[], edges: readonly Edge[]): Map<string, number> {
  const before = new Map(nodes.map((node) => [node.id, 0]));
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) {
    before.set(to, before.get(to)! + 1);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  const depth = new Map(nodes.map((node) => [node.id, 0]));
  const ready = nodes.filter((node) => before.get(node.id) === 0).map((node) => node.id);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at]!;
    for (const to of after.get(id) ?? []) {
      depth.set(to, Math.max(depth.get(to)!, depth.get(id)! + 1));
      before.set(to, before.get(to)! - 1);
      if (before.get(to) === 0) ready.push(to);
    }
  }
  // The core allows no circle; what would be in one stays in the first layer instead of hanging the page.
  return depth;
}

/** Each layer in turn by the middle of its neighbours, forwards and back. */
function order(columns: string[][], edges: readonly Edge[]): void {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) {
    after.set(from, [...(after.get(from) ?? []), to]);
    before.set(to, [...(before.get(to) ?? []), from]);
  }
  const place = new Map<string, number>();
  // Shares of the column, so that a short one beside a long one is compared fairly.
  const settle = (column: string[]) => {
    for (const [row, id] of column.entries()) place.set(id, (row + 0.5) / column.length);
  };
  columns.forEach(settle);
  for (let pass = 0; pass < PASSES; pass++) {
    const forth = pass % 2 === 0;
    const near = forth ? before : after;
    const turn = forth ? columns : [...columns].reverse();
    for (const column of turn) {
      const middle = new Map(
        column.map((id) => {
          const around = (near.get(id) ?? []).map((other) => place.get(other)!);
          return [id, around.length ? around.reduce((sum, one) => sum + one, 0) / around.length : place.get(id)!];
        }),
      );
      column.sort((a, b) => middle.get(a)! - middle.get(b)!);
      settle(column);
    }
  }
}
