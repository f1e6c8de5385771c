// Text for labels: drawn into one texture, a slot per text. A new text uploads its own slot and nothing else.

import {
  Box2,
  DataTexture,
  LinearFilter,
  RedFormat,
  UnsignedByteType,
  Vector2,
  Vector3,
  type WebGPURenderer,
} from 'three/webgpu';

const SLOT_WIDTH = 576;
const SLOT_HEIGHT = 40;
/** What a new text sends to the card. */
export const SLOT_BYTES = SLOT_WIDTH * SLOT_HEIGHT;
const COLUMNS = 2;
const ROWS = 50;
/** Texts are drawn at twice their size on the screen. */
const SCALE = 2;

export interface Slot {
  /** Left, top, width and height in the texture, as fractions. */
  u: number;
  v: number;
  du: number;
  dv: number;
  /** Size on the screen in pixels. */
  width: number;
  height: number;
}

/** A text and, quieter, what stands behind it. */
export interface Words {
  text: string;
  aside?: string;
  size: number;
  weight: number;
}

const keyOf = (words: Words): string => `${words.size} ${words.weight} ${words.text}\n${words.aside ?? ''}`;

export class Atlas {
  readonly texture: DataTexture;
  readonly #slots = new Map<string, { index: number; slot: Slot; used: number }>();
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  readonly #scratch: DataTexture;
  readonly #renderer: WebGPURenderer;
  #turn = 0;

  constructor(renderer: WebGPURenderer) {
    this.#renderer = renderer;
    this.texture = makeTexture(SLOT_WIDTH * COLUMNS, SLOT_HEIGHT * ROWS);
    this.#scratch = makeTexture(SLOT_WIDTH, SLOT_HEIGHT);
    this.#canvas.width = SLOT_WIDTH;
    this.#canvas.height = SLOT_HEIGHT;
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser draws no text into images');
    this.#context = context;
  }

  /** A new turn begins: texts that are asked for in it are kept. */
  turn(): void {
    this.#turn++;
  }

  /** The slot of a text, if it was drawn already. */
  find(words: Words): Slot | undefined {
    const entry = this.#slots.get(keyOf(words));
    if (entry) entry.used = this.#turn;
    return entry?.slot;
  }

  /** Draws a text into a free slot, or into that of the text which was not needed for longest. */
  draw(words: Words): Slot {
    const index = this.#free();
    const width = this.#paint(words);
    const x = (index % COLUMNS) * SLOT_WIDTH;
    const y = Math.floor(index / COLUMNS) * SLOT_HEIGHT;
    // The slot is sent to the card and copied to its place there.
    this.#scratch.needsUpdate = true;
    this.#renderer.copyTextureToTexture(
      this.#scratch,
      this.texture,
      new Box2(new Vector2(0, 0), new Vector2(SLOT_WIDTH, SLOT_HEIGHT)),
      new Vector3(x, y, 0) as unknown as Vector2,
    );
    const slot: Slot = {
      u: x / (SLOT_WIDTH * COLUMNS),
      v: y / (SLOT_HEIGHT * ROWS),
      du: width / (SLOT_WIDTH * COLUMNS),
      dv: 1 / ROWS,
      width: width / SCALE,
      height: SLOT_HEIGHT / SCALE,
    };
    this.#slots.set(keyOf(words), { index, slot, used: this.#turn });
    return slot;
  }

  #free(): number {
    if (this.#slots.size < COLUMNS * ROWS) return this.#slots.size;
    const [key, oldest] = [...this.#slots].reduce((a, b) => (b[1].used < a[1].used ? b : a));
    this.#slots.delete(key);
    return oldest.index;
  }

  /** Paints the words and copies their opacity; says how wide they are. */
  #paint({ text, aside, size, weight }: Words): number {
    const c = this.#context;
    c.clearRect(0, 0, SLOT_WIDTH, SLOT_HEIGHT);
    c.textBaseline = 'alphabetic';
    c.fillStyle = '#fff';
    const base = SLOT_HEIGHT / 2 + size * SCALE * 0.36;
    const family = '"Inter Variable", system-ui, sans-serif';
    c.font = `${weight} ${size * SCALE}px ${family}`;
    c.globalAlpha = 1;
    const first = Math.min(c.measureText(text).width, SLOT_WIDTH - 4);
    c.fillText(text, 2, base, SLOT_WIDTH - 4);
    let width = first + 4;
    if (aside) {
      c.font = `480 ${(size - 1) * SCALE}px ${family}`;
      c.globalAlpha = 0.62;
      c.fillText(aside, first + 16, base);
      width = Math.min(SLOT_WIDTH, first + 18 + c.measureText(aside).width);
    }
    const image = c.getImageData(0, 0, SLOT_WIDTH, SLOT_HEIGHT).data;
    const target = this.#scratch.image.data as Uint8Array;
    for (let index = 0; index < target.length; index++) target[index] = image[index * 4 + 3]!;
    return Math.ceil(width);
  }

  dispose(): void {
    this.texture.dispose();
    this.#scratch.dispose();
  }
}

export function makeTexture(width: number, height: number): DataTexture {
  const texture = new DataTexture(new Uint8Array(width * height), width, height, RedFormat, UnsignedByteType);
  texture.minFilter = LinearFilter;
  texture.magFilter = LinearFilter;
  texture.generateMipmaps = false;
  texture.flipY = false;
  texture.needsUpdate = true;
  return texture;
}
