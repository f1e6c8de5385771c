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
import { type Candidate, declutter, LABELS_MAX } from './declutter.ts';
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
  alpha: number;
}

export class Labels {
  readonly #atlas: Atlas;
  readonly #parts: Instances<(typeof NAMES)[number]>;
  readonly #screen = uniform(vec2(1, 1) as never) as N;
  shown = 0;

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
    const tone = varying(attribute('aTone', 'vec4') as N) as N;
    const shape = positionGeometry as N;
    const clip = project(anchor.xyz);
    const pixels = shape.xy.mul(box.xy).add(vec2(0, box.z));
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
      });
      byKey.set(label.key, label);
    }
    let left = newMost;
    let count = 0;
    for (const key of declutter(candidates)) {
      const label = byKey.get(key)!;
      const slot = this.#atlas.find(label.words) ?? (left-- > 0 ? this.#atlas.draw(label.words) : undefined);
      if (!slot) continue;
      this.#parts.set(count, 'aAnchor', label.x, label.y, label.z, label.alpha);
      this.#parts.set(count, 'aSlot', slot.u, slot.v, slot.du, slot.dv);
      this.#parts.set(count, 'aBox', slot.width + PADDING_X * 2, SHEET, label.lift, label.sheet);
      this.#parts.set(count, 'aTone', ...label.rgb, 1);
      count++;
    }
    this.shown = count;
    this.#parts.flush(count);
  }

  dispose(): void {
    this.#parts.dispose();
    this.#atlas.dispose();
  }
}
