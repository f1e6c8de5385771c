// A link as a picture for the camera of a phone: a QR code (ISO/IEC 18004) of bytes, with medium error correction, in
// versions 1 to 10, which hold 213 bytes.

/** Error correction codewords of each block, and how many blocks there are, by version. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
/** All codewords by version. */
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];

const at = <T>(list: ArrayLike<T>, index: number): T => list[index] as T;

/** The product in the field of 256 elements that Reed and Solomon calculate in. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    product ^= ((b >> bit) & 1) * a;
  }
  return product;
}

function correction(data: readonly number[], count: number): number[] {
  const divisor: number[] = [...new Array<number>(count - 1).fill(0), 1];
  for (let round = 0, root = 1; round < count; round++, root = times(root, 2))
    for (let index = 0; index < count; index++)
      divisor[index] = times(at(divisor, index), root) ^ (index + 1 < count ? at(divisor, index + 1) : 0);
  const rest = new Array<number>(count).fill(0);
  for (const one of data) {
    const factor = one ^ (rest.shift() ?? 0);
    rest.push(0);
    for (let index = 0; index < count; index++) rest[index] = at(rest, index) ^ times(at(divisor, index), factor);
  }
  return rest;
}

/** The bytes with their length before and padding behind them, as many as the version holds. */
function filled(bytes: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const put = (value: number, width: number) => {
    for (let bit = width - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  const room = at(CODEWORDS, version - 1) - at(CORRECTION, version - 1) * at(BLOCKS, version - 1);
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data: number[] = [];
  for (let index = 0; index < bits.length; index += 8)
    data.push(bits.slice(index, index + 8).reduce((byte, bit) => byte * 2 + bit, 0));
  for (let pad = 0xec; data.length < room; pad ^= 0xec ^ 0x11) data.push(pad);
  return data;
}

/** The codewords of all blocks with their corrections, one of each block in turn. */
function woven(data: readonly number[], version: number): number[] {
  const [blocks, count, all] = [at(BLOCKS, version - 1), at(CORRECTION, version - 1), at(CODEWORDS, version - 1)];
  const short = blocks - (all % blocks);
  const length = Math.floor(all / blocks) - count;
  const parts: { data: readonly number[]; more: number[] }[] = [];
  for (let block = 0, from = 0; block < blocks; block++) {
    const part = data.slice(from, from + length + (block < short ? 0 : 1));
    from += part.length;
    parts.push({ data: part, more: correction(part, count) });
  }
  const out: number[] = [];
  for (let index = 0; index <= length; index++)
    for (const part of parts) if (index < part.data.length) out.push(at(part.data, index));
  for (let index = 0; index < count; index++) for (const part of parts) out.push(at(part.more, index));
  return out;
}

const MASKS: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) % 2,
  (_, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

class Picture {
  readonly size: number;
  readonly dark: boolean[][];
  /** What is drawn by the rules and holds no data. */
  readonly #fixed: boolean[][];

  constructor(readonly version: number) {
    this.size = version * 4 + 17;
    const empty = () => Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
    this.dark = empty();
    this.#fixed = empty();
    this.#patterns();
  }

  #set(x: number, y: number, dark: boolean): void {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    at(this.dark, y)[x] = dark;
    at(this.#fixed, y)[x] = true;
  }

  #patterns(): void {
    for (let index = 0; index < this.size; index++) {
      this.#set(6, index, index % 2 === 0);
      this.#set(index, 6, index % 2 === 0);
    }
    const far = this.size - 4;
    for (const [cx, cy] of [
      [3, 3],
      [far, 3],
      [3, far],
    ] as const)
      this.#rings(cx, cy, 4);
    const places = this.#alignments();
    const last = places.length - 1;
    places.forEach((y, row) => {
      places.forEach((x, column) => {
        const corner = (row === 0 && (column === 0 || column === last)) || (row === last && column === 0);
        if (!corner) this.#rings(x, y, 2);
      });
    });
    this.format(0);
    this.#named();
  }

  /** A square of rings: the large ones end in a light border, the small ones in a dark one. */
  #rings(cx: number, cy: number, reach: number): void {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        this.#set(cx + dx, cy + dy, reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
      }
  }

  #alignments(): number[] {
    if (this.version === 1) return [];
    const count = Math.floor(this.version / 7) + 2;
    const step = Math.ceil((this.size - 13) / (count * 2 - 2)) * 2;
    return [6, ...Array.from({ length: count - 1 }, (_, index) => this.size - 7 - (count - 2 - index) * step)];
  }

  /** Which mask and which correction, twice. */
  format(mask: number): void {
    let rest = mask;
    for (let round = 0; round < 10; round++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((mask << 10) | rest) ^ 0x5412;
    const bit = (index: number) => ((bits >> index) & 1) === 1;
    const { size } = this;
    for (let index = 0; index < 15; index++) {
      if (index < 6) this.#set(8, index, bit(index));
      else if (index < 8) this.#set(8, index + 1, bit(index));
      else if (index === 8) this.#set(7, 8, bit(index));
      else this.#set(14 - index, 8, bit(index));
      if (index < 8) this.#set(size - 1 - index, 8, bit(index));
      else this.#set(8, size - 15 + index, bit(index));
    }
    this.#set(8, size - 8, true);
  }

  /** Large ones say which version they are. */
  #named(): void {
    if (this.version < 7) return;
    let rest = this.version;
    for (let round = 0; round < 12; round++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let index = 0; index < 18; index++) {
      const [a, b] = [this.size - 11 + (index % 3), Math.floor(index / 3)];
      this.#set(a, b, ((bits >> index) & 1) === 1);
      this.#set(b, a, ((bits >> index) & 1) === 1);
    }
  }

  /** Data goes up and down in columns of two, from the right. */
  fill(words: readonly number[]): void {
    let index = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++)
        for (const x of [right, right - 1]) {
          const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
          if (at(at(this.#fixed, y), x) || index >= words.length * 8) continue;
          at(this.dark, y)[x] = ((at(words, index >> 3) >> (7 - (index & 7))) & 1) === 1;
          index++;
        }
    }
  }

  /** Done twice, it is undone. */
  mask(number: number): void {
    const turns = at(MASKS, number);
    for (let y = 0; y < this.size; y++)
      for (let x = 0; x < this.size; x++)
        if (!at(at(this.#fixed, y), x) && turns(x, y) === 0) at(this.dark, y)[x] = !at(at(this.dark, y), x);
  }

  /** How hard it is to read: long runs, blocks, what looks like a corner, too much of one colour. */
  penalty(): number {
    const lines = [...this.dark, ...this.dark.map((_, x) => this.dark.map((row) => at(row, x)))];
    let sum = 0;
    for (const line of lines) {
      const text = line.map((dark) => (dark ? '1' : '0')).join('');
      for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
      for (const corner of ['10111010000', '00001011101'])
        for (let from = text.indexOf(corner); from >= 0; from = text.indexOf(corner, from + 1)) sum += 40;
    }
    let darks = 0;
    for (let y = 0; y < this.size; y++)
      for (let x = 0; x < this.size; x++) {
        const one = at(at(this.dark, y), x);
        if (one) darks++;
        if (
          x + 1 < this.size &&
          y + 1 < this.size &&
          [
            [0, 1],
            [1, 0],
            [1, 1],
          ].every(([dy, dx]) => at(at(this.dark, y + dy!), x + dx!) === one)
        )
          sum += 3;
      }
    const all = this.size * this.size;
    return sum + Math.floor(Math.abs(darks * 20 - all * 10) / all) * 10;
  }
}

/** The squares, dark or light, row by row, without the border of four that belongs around them; null if the text is too long. */
export function qr(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text);
  const version =
    CODEWORDS.findIndex((all, index) => {
      const room = all - at(CORRECTION, index) * at(BLOCKS, index);
      return bytes.length + (index + 1 < 10 ? 2 : 3) <= room;
    }) + 1;
  if (version === 0) return null;
  const picture = new Picture(version);
  picture.fill(woven(filled(bytes, version), version));
  let best = { mask: 0, penalty: Number.POSITIVE_INFINITY };
  for (let mask = 0; mask < MASKS.length; mask++) {
    picture.format(mask);
    picture.mask(mask);
    const penalty = picture.penalty();
    if (penalty < best.penalty) best = { mask, penalty };
    picture.mask(mask);
  }
  picture.format(best.mask);
  picture.mask(best.mask);
  return picture.dark;
}
