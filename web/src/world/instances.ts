// One geometry drawn many times: named attributes per instance, written whole when something changed, never per frame.

import {
  type BufferGeometry,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  type NodeMaterial,
} from 'three/webgpu';

/** What the next frame sends to the card so far; whoever draws the frame sets it back to 0. */
export const uploads = { bytes: 0 };

export class Instances<Name extends string> {
  readonly mesh: Mesh;
  readonly capacity: number;
  readonly #geometry = new InstancedBufferGeometry();
  readonly #attributes: Record<Name, InstancedBufferAttribute>;
  #count = 0;
  #sent = false;

  constructor(shape: BufferGeometry, names: readonly Name[], capacity: number, material: NodeMaterial, order: number) {
    this.capacity = capacity;
    this.#geometry.index = shape.index;
    for (const [name, attribute] of Object.entries(shape.attributes)) this.#geometry.setAttribute(name, attribute);
    this.#attributes = {} as Record<Name, InstancedBufferAttribute>;
    for (const name of names) {
      const attribute = new InstancedBufferAttribute(new Float32Array(capacity * 4), 4);
      this.#attributes[name] = attribute;
      this.#geometry.setAttribute(name, attribute);
    }
    this.#geometry.instanceCount = 0;
    this.mesh = new Mesh(this.#geometry, material);
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = order;
    this.mesh.visible = false;
  }

  get count(): number {
    return this.#count;
  }

  set(index: number, name: Name, x: number, y: number, z: number, w: number): void {
    this.#attributes[name].setXYZW(index, x, y, z, w);
  }

  get(index: number, name: Name): [number, number, number, number] {
    const { array } = this.#attributes[name];
    return [array[index * 4]!, array[index * 4 + 1]!, array[index * 4 + 2]!, array[index * 4 + 3]!];
  }

  /** Says how many there are now and that all attributes were written. */
  flush(count: number): void {
    this.#count = Math.min(count, this.capacity);
    this.#geometry.instanceCount = this.#count;
    this.mesh.visible = this.#count > 0;
    for (const attribute of Object.values<InstancedBufferAttribute>(this.#attributes)) {
      // What was never drawn is made on the card whole.
      if (this.#count > 0) uploads.bytes += (this.#sent ? this.#count : this.capacity) * 16;
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, this.#count * 4);
      attribute.needsUpdate = true;
    }
    this.#sent ||= this.#count > 0;
  }

  /** Says that one attribute of all was written anew. */
  rewrite(name: Name): void {
    const attribute = this.#attributes[name];
    uploads.bytes += this.#count * 16;
    attribute.clearUpdateRanges();
    attribute.addUpdateRange(0, this.#count * 4);
    attribute.needsUpdate = true;
  }

  /** Says that one instance changed; only its part is uploaded. Many of them in a frame are much, too. */
  touch(index: number, name: Name): void {
    const attribute = this.#attributes[name];
    uploads.bytes += 16;
    attribute.addUpdateRange(index * 4, 4);
    attribute.needsUpdate = true;
  }

  dispose(): void {
    this.#geometry.dispose();
    (this.mesh.material as NodeMaterial).dispose();
  }
}
