// What of d3-force-3d is used here; the package has no types of its own.
declare module 'd3-force-3d' {
  export interface SimNode {
    x?: number;
    y?: number;
    z?: number;
    fx?: number;
    fy?: number;
    fz?: number;
  }
  export interface Force<Node> {
    (alpha: number): void;
    initialize?(nodes: Node[], ...rest: unknown[]): void;
  }
  export interface Simulation<Node> {
    stop(): this;
    tick(ticks: number): this;
    alphaDecay(decay: number): this;
    velocityDecay(decay: number): this;
    force(name: string, force: Force<Node>): this;
  }
  interface LinkForce<Node, Link> extends Force<Node> {
    strength(
      strength: (link: Omit<Link, 'source' | 'target'> & { source: string | Node; target: string | Node }) => number,
    ): this;
    id(key: (node: Node) => string): this;
    distance(
      distance: (link: Omit<Link, 'source' | 'target'> & { source: string | Node; target: string | Node }) => number,
    ): this;
  }
  interface ChargeForce<Node> extends Force<Node> {
    strength(strength: (node: Node) => number): this;
    theta(theta: number): this;
    distanceMax(distance: number): this;
  }
  interface StrengthForce<Node> extends Force<Node> {
    strength(strength: number): this;
  }
  export function forceSimulation<Node extends SimNode>(nodes: Node[], dimensions: 1 | 2 | 3): Simulation<Node>;
  export function forceLink<Node, Link>(links: Link[]): LinkForce<Node, Link>;
  export function forceManyBody<Node>(): ChargeForce<Node>;
  export function forceCollide<Node>(radius: (node: Node) => number): StrengthForce<Node>;
  export function forceX<Node>(x: number): StrengthForce<Node>;
  export function forceY<Node>(y: number): StrengthForce<Node>;
  export function forceZ<Node>(z: number): StrengthForce<Node>;
}
