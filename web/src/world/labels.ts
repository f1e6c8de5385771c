// Names, room titles and glimpses of what is said: upright sheets of constant size on the screen, all in one draw.

import {
  attribute,
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
import { type Object3D, PlaneGeometry, type WebGPURenderer } from 'three/webgpu';
import { Atlas, type Words } from './atlas.ts';
import { type Box, type Candidate, declutter, LABELS_MAX } from './declutter.ts';
import { Instances } from './instances.ts';
import { GROUND } from './palette.ts';
import { colour, type N, project, surface } from './shading.ts';

const NAMES = ['aAnchor', 'aSlot', 'aBox', 'aTone'] as const;
const PADDING_X = 7;
/** How high a label is, and the text's slot in it, in pixels. */
const SHEET = 22;
const TEXT_HEIGHT = 20;

export interface Label {
  key: string;
  words: Words;
  rank: number;
  x: number;
  y: number;
  z: number;
  rgb: readonly [number, number, number];
  /** How dark the sheet behind the text is; 2: with a coloured edge. */
  sheet: number;
  /** Pixels upwards. */
  lift: number;
  /** Other places, for when this one is taken: a point, pixels upwards, and on which side of it the label stands. */
  others?: readonly { x: number; y: number; z: number; lift: number; side: -1 | 0 | 1 }[];
  alpha: number;
}

const isRoom = (key: string) => key.startsWith('room ');

export class Labels {
  readonly #atlas: Atlas;
  readonly #parts: Instances<(typeof NAMES)[number]>;
  readonly #screen = uniform(vec2(1, 1) as never) as N;
  shown = 0;
  /** Rooms in the picture whose names are drawn, and those that have no space. */
  named = 0;
  unnamed = 0;
  /** Texts that are to be drawn in one of the next frames. */
  waiting = 0;

  constructor(renderer: WebGPURenderer) {
    this.#atlas = new Atlas(renderer);
    this.#parts = new Instances(new PlaneGeometry(1, 1), NAMES, LABELS_MAX, surface(this.#look()), 20);
  }

  get objects(): Object3D[] {
    return [this.#parts.mesh];
  }

  #look() {
    const anchor = attribute('aAnchor', 'vec4') as N;
    const slot = varying(attribute('aSlot', 'vec4') as N) as N;
    const box = attribute('aBox', 'vec4') as N;
    const own = attribute('aTone', 'vec4') as N;
    const tone = varying(own) as N;
    const shape = positionGeometry as N;
    const clip = project(anchor.xyz);
    const pixels = shape.xy.mul(box.xy).add(vec2(own.w, box.z));
    const vertex = vec4(clip.xy.add(pixels.mul(2).div(this.#screen).mul(clip.w)), clip.z, clip.w);
    const local = varying(shape.xy) as N;
    const size = varying(box) as N;
    const alpha = varying(anchor.w) as N;
    const fragment = Fn(() => {
      // The text stands inside the sheet with some room at both sides.
      const inner = local.x
        .mul(size.x)
        .div(size.x.sub(PADDING_X * 2))
        .add(0.5);
      const at = vec2(
        slot.x.add(inner.clamp(0, 1).mul(slot.z)),
        slot.y.add(
          local.y
            .mul(-SHEET / TEXT_HEIGHT)
            .add(0.5)
            .clamp(0, 1)
            .mul(slot.w),
        ),
      );
      const inside = inner.greaterThan(0).and(inner.lessThan(1)).select(float(1), float(0));
      const ink = (texture(this.#atlas.texture, at) as N).r.mul(inside);
      const half = size.xy.mul(0.5);
      const corner = local.mul(size.xy).abs().sub(half.sub(5)).max(0).length().sub(4.5);
      const sheet = smoothstep(float(0.75), float(-0.75), corner).mul(size.w.min(0.8));
      const edge = smoothstep(float(2.6), float(1.6), local.x.add(0.5).mul(size.x))
        .mul(size.w.greaterThan(1.5).select(float(1), float(0)))
        .mul(sheet);
      const words = size.w.greaterThan(1.5).select(vec3(0.93, 0.96, 0.98), tone.xyz);
      const rgb: N = mix(mix(colour(GROUND).mul(0.9), tone.xyz, edge), words, ink);
      // Without a sheet a soft dark edge keeps the letters readable over bright lines.
      return vec4(rgb, sheet.max(ink).max(edge).mul(alpha));
    });
    return { vertex, fragment: fragment(), blend: 'normal' as const, depthTest: false };
  }

  /**
   * Chooses and places labels. `toScreen` says where a point is in pixels, or nothing when it is behind the camera.
   * New texts are drawn a few at a time, so that no frame uploads much.
   */
  place(
    labels: readonly Label[],
    width: number,
    height: number,
    toScreen: (x: number, y: number, z: number) => { x: number; y: number } | null,
    newMost: number,
    covered: readonly Box[],
  ): void {
    this.#screen.value.set(width, height);
    this.#atlas.turn();
    const candidates: Candidate[] = [];
    const byKey = new Map<string, Label>();
    for (const label of labels) {
      const at = toScreen(label.x, label.y, label.z);
      if (!at || at.x < -80 || at.y < -40 || at.x > width + 80 || at.y > height + 40) continue;
      const guess = this.#atlas.find(label.words)?.width ?? label.words.text.length * label.words.size * 0.6 + 16;
      candidates.push({
        key: label.key,
        rank: label.rank,
        x: at.x,
        y: at.y - label.lift,
        width: guess + PADDING_X * 2,
        height: 22,
        ...(label.others && {
          others: label.others.map((other) => {
            const spot = toScreen(other.x, other.y, other.z);
            const aside = other.side * (guess / 2 + PADDING_X + 4);
            return spot ? { x: spot.x + aside, y: spot.y - other.lift } : { x: at.x, y: at.y - label.lift };
          }),
        }),
      });
      byKey.set(label.key, label);
    }
    let left = newMost;
    let count = 0;
    this.waiting = 0;
    const chosen = declutter(candidates, LABELS_MAX, covered);
    for (const [key, which] of chosen) {
      const label = byKey.get(key)!;
      const slot = this.#atlas.find(label.words) ?? (left-- > 0 ? this.#atlas.draw(label.words) : undefined);
      if (!slot) {
        this.waiting++;
        continue;
      }
      const at = (which > 0 && label.others?.[which - 1]) || { ...label, side: 0 };
      this.#parts.set(count, 'aAnchor', at.x, at.y, at.z, label.alpha);
      this.#parts.set(count, 'aSlot', slot.u, slot.v, slot.du, slot.dv);
      this.#parts.set(count, 'aBox', slot.width + PADDING_X * 2, SHEET, at.lift, label.sheet);
      this.#parts.set(count, 'aTone', ...label.rgb, at.side * (slot.width / 2 + PADDING_X + 4));
      count++;
    }
    this.shown = count;
    this.named = [...chosen.keys()].filter(isRoom).length;
    this.unnamed = candidates.filter((one) => isRoom(one.key)).length - this.named;
    this.#parts.flush(count);
  }

  dispose(): void {
    this.#parts.dispose();
    this.#atlas.dispose();
  }
}
