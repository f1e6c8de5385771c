// Screens at the desks of those who work: what they print, as it comes. One draw; the words of the nearest stand in one texture,
// and a screen whose words changed sends its own part of it and nothing else, at most one in a frame.

import {
  attribute,
  cameraPosition,
  Fn,
  float,
  mix,
  positionGeometry,
  smoothstep,
  texture,
  uniform,
  varying,
  vec2,
  vec3,
  vec4,
} from 'three/tsl';
import {
  Box2,
  type BufferGeometry,
  type DataTexture,
  Float32BufferAttribute,
  type Object3D,
  PlaneGeometry,
  Vector2,
  Vector3,
  type WebGPURenderer,
} from 'three/webgpu';
import { makeTexture } from './atlas.ts';
import { Instances, uploads } from './instances.ts';
import { FORM_COLOUR, FORMS, TRUST_COLOUR } from './palette.ts';
import { page } from './paper.ts';
import { among, clock, colour, haze, motion, type N, noise, project, surface } from './shading.ts';
import { SCREEN, SCREEN_FOOT, type Thing, WAY_SECONDS } from './works.ts';

const NAMES = ['aAt', 'aSlot', 'aLook'] as const;
const SCREENS_MAX = 96;
const WIDTH = 288;
const HEIGHT = 128;
const COLUMNS = 3;
const ROWS = 4;
/** Screens whose words can be read at the same time: one person runs so many agents. */
export const WRITTEN_MAX = COLUMNS * ROWS;
export const SCREEN_BYTES = WIDTH * HEIGHT;
const LETTERS = 38;
const LINES = 7;
const COLOURS = FORMS.map((form) => FORM_COLOUR[form]);

/** The sheet from 0 to 1, and below it a thin stem down to the desk. */
function shape(): BufferGeometry {
  const sheet = new PlaneGeometry(1, 1).translate(0, 0.5, 0).toNonIndexed();
  const stem = new PlaneGeometry(0.012, SCREEN_FOOT / SCREEN.height)
    .translate(0, -SCREEN_FOOT / SCREEN.height / 2, 0)
    .toNonIndexed();
  const points = [...sheet.getAttribute('position').array, ...stem.getAttribute('position').array];
  sheet.setAttribute('position', new Float32BufferAttribute(points, 3));
  sheet.deleteAttribute('normal');
  sheet.deleteAttribute('uv');
  return sheet;
}

/** How much larger screens are from afar, by how many there are in a room. */
const sizeAmong = (count: number): number => (count <= 3 ? 1.7 : count <= 6 ? 1.25 : 0.85);

export class Screens {
  readonly #texture = makeTexture(WIDTH * COLUMNS, HEIGHT * ROWS);
  readonly #scratch: DataTexture = makeTexture(WIDTH, HEIGHT);
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  readonly #renderer: WebGPURenderer;
  readonly #parts: Instances<(typeof NAMES)[number]>;
  /** Whose words stand in which part of the texture. */
  readonly #slots = new Map<string, number>();
  readonly #texts = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #changed = new Set<string>();
  /** 1 while one of them is chosen: the others step back. */
  readonly #focus = uniform(0) as N;
  #order: string[] = [];
  shown = 0;

  constructor(renderer: WebGPURenderer) {
    this.#renderer = renderer;
    this.#canvas.width = WIDTH;
    this.#canvas.height = HEIGHT;
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser draws no text into images');
    this.#context = context;
    this.#parts = new Instances(shape(), NAMES, SCREENS_MAX, surface(this.#look()), 12);
  }

  get objects(): Object3D[] {
    return [this.#parts.mesh];
  }

  #look() {
    const at = attribute('aAt', 'vec4') as N;
    const slotted = attribute('aSlot', 'vec4') as N;
    const slot = varying(slotted) as N;
    const look = attribute('aLook', 'vec4') as N;
    const form = varying(look) as N;
    const local = varying((positionGeometry as N).xy) as N;
    const open = smoothstep(float(0), float(0.35), clock.sub(at.w).add(motion.oneMinus().mul(9)));
    const toEye = (cameraPosition as N).sub(at.xyz);
    const away = toEye.xz.normalize();
    // Seen from above it leans back, and from afar it is larger: a screen that says that somebody works, if not at what.
    const lean = toEye.y.div(toEye.length()).mul(0.75);
    const far = mix(float(1), slotted.z, smoothstep(float(25), float(80), toEye.length())) as N;
    const shape = positionGeometry as N;
    const wide = shape.x.mul(SCREEN.width).mul(open).mul(far);
    const tall = shape.y.mul(SCREEN.height).mul(shape.y.greaterThan(0).select(open.mul(far), float(1)));
    const back = tall.mul(lean).mul(shape.y.greaterThan(0).select(float(1), float(0)));
    const world = varying(
      vec3(
        at.x.add(away.y.mul(wide)).sub(away.x.mul(back)),
        at.y.add(tall.mul(shape.y.greaterThan(0).select(lean.mul(lean).oneMinus().sqrt(), float(1)))),
        at.z.sub(away.x.mul(wide)).sub(away.y.mul(back)),
      ),
    ) as N;
    const clip = project(world);
    const ahead = look.w.greaterThan(3.5).and(shape.y.greaterThanEqual(0)).select(float(1), float(0));
    const shown = varying(open) as N;
    const fragment = Fn(() => {
      const uv = vec2(local.x.add(0.5), local.y);
      const metres = vec2(uv.x.mul(SCREEN.width), uv.y.mul(SCREEN.height));
      const rgb = among(form.x, COLOURS);
      const chosen = form.w.greaterThan(3.5).select(float(1), float(0));
      const afar = form.w.sub(chosen.mul(4));
      const inside = vec2(
        metres.x.min(float(SCREEN.width).sub(metres.x)),
        metres.y.min(float(SCREEN.height).sub(metres.y)),
      );
      const edge = inside.x.min(inside.y);
      const pixel = edge.fwidth().max(1e-4);
      const frame = smoothstep(chosen.mul(1.6).add(1.7), chosen.mul(1.6).add(0.5), edge.div(pixel));
      const ink = (
        texture(this.#texture, vec2(slot.x.add(uv.x.div(COLUMNS)), slot.y.add(uv.y.oneMinus().div(ROWS)))) as N
      ).r.mul(form.y);
      // Nobody reads these: lines stand for the words.
      const row = metres.y.mul(5.2).fract().sub(0.5).abs().lessThan(0.16).select(float(1), float(0));
      const length = noise(vec3(slot.x.add(form.x), metres.y.mul(5.2).floor(), 3) as N)
        .mul(0.7)
        .add(0.2);
      const ruled = row
        .mul(uv.x.lessThan(length).select(float(1), float(0)))
        .mul(uv.x.greaterThan(0.06).select(float(0.3), float(0)));
      const title = uv.y.greaterThan(0.82).select(float(1), float(0));
      const words = mix(mix(vec3(0.78, 0.9, 0.96), rgb, 0.12), vec3(1, 1, 1), title);
      const glass = mix(vec3(0.012, 0.03, 0.05), rgb.mul(0.16), title.mul(0.7).add(uv.y.mul(0.18)));
      const bar = uv.y.lessThan(0.035).select(uv.x.lessThan(form.z).select(float(1), float(0.12)), float(0));
      const stripe = smoothstep(float(0.4), float(0.6), metres.x.add(metres.y).mul(34).sin().mul(0.5).add(0.5));
      const mark = uv.x
        .lessThan(0.022)
        .and(afar.greaterThan(0.5))
        .select(afar.greaterThan(1.5).select(stripe, float(1)), float(0));
      const band = afar.greaterThan(1.5).select(colour(TRUST_COLOUR.untrusted), colour(TRUST_COLOUR.federated));
      const beat = clock.mul(4.2).sin().mul(0.2).mul(motion).add(0.8);
      const glow = form.x.sub(FORMS.indexOf('asks')).abs().lessThan(0.5).select(beat, float(0.85));
      const lit = mix(mix(glass, words, ink.add(ruled.mul(form.y.oneMinus())).min(1)), rgb, frame.max(bar).mul(glow));
      const tone: N = mix(lit, band, mark);
      const solid = mix(float(0.9), float(1), ink.max(frame));
      const aside = mix(float(1), chosen.mul(0.72).add(0.28), this.#focus);
      const stem = local.y.lessThan(0).select(float(1), float(0));
      const clear = haze(world).oneMinus();
      return vec4(mix(tone, rgb.mul(0.8), stem) as N, mix(solid, float(0.4), stem).mul(shown).mul(clear).mul(aside));
    });
    return {
      // What one looks at is covered by nothing.
      vertex: vec4(clip.xy, mix(clip.z, clip.w.mul(0.1), ahead), clip.w),
      fragment: fragment(),
      blend: 'normal' as const,
      bothSides: true,
      depthWrite: true,
    };
  }

  show(things: readonly Thing[], selected: string | null, eye: { x: number; y: number; z: number }): void {
    const open = things.filter((thing) => thing.screen && thing.gone === 0).slice(0, SCREENS_MAX);
    const far = (thing: Thing) =>
      thing.key === selected ? -1 : Math.hypot(thing.to.x - eye.x, thing.to.y - eye.y, thing.to.z - eye.z);
    this.#give([...open].sort((a, b) => far(a) - far(b)).slice(0, WRITTEN_MAX));
    // The farthest is drawn first: sheets let a little through.
    const ordered = [...open].sort((a, b) => far(b) - far(a));
    const crowds = new Map<string, number>();
    for (const { task } of open) if (task) crowds.set(task.room, (crowds.get(task.room) ?? 0) + 1);
    this.#focus.value = open.some((thing) => thing.key === selected) ? 1 : 0;
    this.#order = ordered.map((thing) => thing.key);
    for (const [index, thing] of ordered.entries()) {
      const slot = this.#slots.get(thing.key);
      const u = ((slot ?? 0) % COLUMNS) / COLUMNS;
      const v = Math.floor((slot ?? 0) / COLUMNS) / ROWS;
      const afar = { none: 0, federated: 1, untrusted: 2 }[thing.task?.afar ?? 'none'];
      this.#parts.set(
        index,
        'aAt',
        thing.to.x,
        thing.to.y + 0.22,
        thing.to.z,
        Math.max(thing.start + WAY_SECONDS * 0.9, -90),
      );
      this.#parts.set(index, 'aSlot', u, v, sizeAmong(crowds.get(thing.task?.room ?? '') ?? 1), 0);
      this.#parts.set(
        index,
        'aLook',
        FORMS.indexOf(thing.form),
        slot === undefined ? 0 : 1,
        thing.fill,
        afar + (thing.key === selected ? 4 : 0),
      );
    }
    this.shown = open.length;
    this.#parts.flush(open.length);
  }

  /** One more piece is stored: the bar at the foot of its screen grows. */
  fill(key: string, fill: number): void {
    const index = this.#order.indexOf(key);
    if (index < 0) return;
    const [form, written, , mark] = this.#parts.get(index, 'aLook');
    this.#parts.set(index, 'aLook', form, written, fill, mark);
    this.#parts.touch(index, 'aLook');
  }

  /** Gives the nearest a part of the texture each; who has one keeps it. */
  #give(nearest: readonly Thing[]): void {
    const wanted = new Set(nearest.map((thing) => thing.key));
    for (const key of this.#slots.keys()) if (!wanted.has(key)) this.#slots.delete(key);
    const taken = new Set(this.#slots.values());
    const free = Array.from({ length: WRITTEN_MAX }, (_, index) => index).filter((index) => !taken.has(index));
    for (const thing of nearest) {
      const name = thing.task?.name ?? '';
      if (this.#names.get(thing.key) !== name) this.#changed.add(thing.key);
      this.#names.set(thing.key, name);
      if (this.#slots.has(thing.key)) continue;
      this.#slots.set(thing.key, free.shift()!);
      this.#changed.add(thing.key);
    }
  }

  /** Something more stands on a screen. */
  print(key: string, text: string): void {
    if (this.#texts.get(key) === text) return;
    this.#texts.set(key, text);
    if (this.#slots.has(key)) this.#changed.add(key);
  }

  /** Words changed that are not on the card yet. */
  get waiting(): boolean {
    return this.#changed.size > 0;
  }

  /** Sends one changed screen, if the frame has space for it. */
  send(bytesMax: number): void {
    for (const key of this.#changed) {
      const slot = this.#slots.get(key);
      if (slot === undefined) this.#changed.delete(key);
      else {
        if (uploads.bytes + SCREEN_BYTES > bytesMax) return;
        this.#changed.delete(key);
        this.#paint(this.#names.get(key) ?? '', this.#texts.get(key) ?? '');
        this.#scratch.needsUpdate = true;
        this.#renderer.copyTextureToTexture(
          this.#scratch,
          this.#texture,
          new Box2(new Vector2(0, 0), new Vector2(WIDTH, HEIGHT)),
          new Vector3((slot % COLUMNS) * WIDTH, Math.floor(slot / COLUMNS) * HEIGHT, 0) as unknown as Vector2,
        );
        uploads.bytes += SCREEN_BYTES;
        return;
      }
    }
  }

  #paint(name: string, text: string): void {
    const c = this.#context;
    c.clearRect(0, 0, WIDTH, HEIGHT);
    c.fillStyle = '#fff';
    c.textBaseline = 'alphabetic';
    c.font = '620 13px "Inter Variable", system-ui, sans-serif';
    c.fillText(name, 10, 16, WIDTH - 20);
    c.font = '400 11.5px "JetBrains Mono", monospace';
    for (const [row, line] of page(text, LETTERS, LINES).entries()) c.fillText(line, 10, 37 + row * 14);
    const image = c.getImageData(0, 0, WIDTH, HEIGHT).data;
    const target = this.#scratch.image.data as Uint8Array;
    for (let index = 0; index < target.length; index++) target[index] = image[index * 4 + 3]!;
  }

  dispose(): void {
    this.#parts.dispose();
    this.#texture.dispose();
    this.#scratch.dispose();
  }
}
