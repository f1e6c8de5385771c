// The world itself: puts ground, platforms, avatars, light and labels together and draws them as often as is good.

import { Color, PerspectiveCamera, type RenderPipeline, Scene, Vector3, type WebGPURenderer } from 'three/webgpu';
import { SLOT_BYTES } from './atlas.ts';
import { Beacons } from './beacons.ts';
import { Beams } from './beams.ts';
import { Crowd, colourOf } from './crowd.ts';
import type { Box } from './declutter.ts';
import { frame, frameNarrow, riseOf, steepness } from './framing.ts';
import type { Picture } from './graph/picture.ts';
import { makeGround, makeSky } from './ground.ts';
import { listen } from './hands.ts';
import { uploads } from './instances.ts';
import { Labels } from './labels.ts';
import { LANDING } from './layout.ts';
import { Links } from './links.ts';
import { at } from './motion.ts';
import { GLIMPSE_SECONDS, type Glimpse, labelsFor } from './names.ts';
import { inMiddle, NARROW, poseOf } from './near.ts';
import { FORM_COLOUR, GOOD, GROUND } from './palette.ts';
import { pick, type Ray } from './pick.ts';
import { Platforms } from './platforms.ts';
import { pixelRatio, startRenderer, type Wish } from './renderer.ts';
import { type Pose, Rig } from './rig.ts';
import type {
  Form,
  Net,
  SceneEvents,
  SceneView,
  Spoken,
  Stats,
  Target,
  Tier,
  WorldData,
  WorldWork,
} from './scene-view.ts';
import { Screens } from './screens.ts';
import { clock, motion, reach } from './shading.ts';
import { LISTENERS_MAX, speak } from './speech.ts';
import { Stage } from './standing.ts';
import { Things } from './things.ts';
import { Watchdog } from './watchdog.ts';
import { thingAt, WAY_SECONDS, Works } from './works.ts';

const FOV = 32;
const RADIANS = Math.PI / 180;
const LABELS_EVERY = 6;
/** How often it is looked what stands in the middle of the picture, in frames. */
const NEAR_EVERY = 12;
/** What a frame sends to the card at most, and what placing the labels takes of it. */
const FRAME_BYTES_MAX = 60 * 1024;
const LABELS_BYTES = 4 * 1024;

export async function createView(
  canvas: HTMLCanvasElement,
  wish: Wish,
  reduced: boolean,
  events: SceneEvents,
): Promise<SceneView> {
  const [{ renderer, tier, backend }] = await Promise.all([
    startRenderer(canvas, wish),
    document.fonts.load('600 16px "Inter Variable"').catch(() => []),
    document.fonts.load('400 12px "JetBrains Mono"').catch(() => []),
  ]);
  const view = new View(canvas, renderer, tier, backend, reduced, events, wish.tier !== undefined);
  if (tier === 'high') await view.bloom();
  view.start();
  return view;
}

class View implements SceneView {
  readonly #canvas: HTMLCanvasElement;
  readonly #renderer: WebGPURenderer;
  readonly #events: SceneEvents;
  readonly #backend: Stats['backend'];
  readonly #reduced: boolean;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(FOV, 1, 0.5, 4000);
  readonly #rig = new Rig();
  readonly #stage = new Stage();
  readonly #platforms = new Platforms();
  readonly #links = new Links();
  readonly #crowd = new Crowd();
  readonly #beams = new Beams();
  readonly #works = new Works();
  readonly #things = new Things();
  readonly #beacons = new Beacons();
  readonly #screens: Screens;
  readonly #labels: Labels;
  readonly #watchdog = new Watchdog();
  readonly #fixedTier: boolean;
  #pipeline: RenderPipeline | null = null;
  #tier: Tier;
  /** The same mesh as a net, once it was asked for. */
  #picture: Picture | null = null;
  #net: Net | null = null;
  /** The net is looked at; and where the camera stands in the one that is not. */
  #inNet = false;
  /** Since which frame: its names come together, as those of the place did. */
  #entered = 0;
  /** The names are to be placed anew with the next picture. */
  #renamed = true;
  #other: Pose | null = null;
  #glimpses: Glimpse[] = [];
  #selected: Target | null = null;
  #near: Target | null = null;
  #unnamed = 0;
  /** What the rooms were drawn with. */
  #loads = '';
  #following = false;
  /** The picture shows everything, and goes on doing so when its size changes. */
  #overview = false;
  #walking = { right: 0, forward: 0 };
  #framed = false;
  /** What the camera was sent to, until a hand takes the camera. */
  #focus: Target | null = null;
  #frames = 0;
  #began = performance.now();
  #last = 0;
  #width = 1;
  #height = 1;
  #inset: { left: number; bottom: number; covered: readonly Box[] } = { left: 0, bottom: 0, covered: [] };
  /** Something changed since the last picture; with reduced motion only then a new one is drawn. */
  #dirty = true;
  #ends: (() => void)[] = [];

  constructor(
    canvas: HTMLCanvasElement,
    renderer: WebGPURenderer,
    tier: Tier,
    backend: Stats['backend'],
    reduced: boolean,
    events: SceneEvents,
    fixedTier: boolean,
  ) {
    this.#canvas = canvas;
    this.#renderer = renderer;
    this.#tier = tier;
    this.#backend = backend;
    this.#reduced = reduced;
    this.#events = events;
    this.#fixedTier = fixedTier;
    this.#labels = new Labels(renderer);
    this.#screens = new Screens(renderer);
    this.#rig.still = reduced;
    motion.value = reduced ? 0 : 1;
    this.#scene.background = new Color(GROUND[0], GROUND[1], GROUND[2]);
    this.#scene.add(makeSky(), makeGround());
    for (const part of this.#parts()) this.#scene.add(...part.objects);
    renderer.onDeviceLost = (info) => events.lost(String(info.message ?? 'the graphics device was lost'));
  }

  /** Light that spills over, only where there is plenty of power. */
  async bloom(): Promise<void> {
    const { makePipeline } = await import('./bloom.ts');
    this.#pipeline = makePipeline(this.#renderer, this.#scene, this.#camera);
  }

  start(): void {
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.#canvas);
    this.#resize();
    const hands = listen(this.#canvas, {
      turn: (azimuth, polar) => this.turn(azimuth, polar),
      move: (right, forward) => this.move(right, forward),
      zoom: (factor) => this.zoom(factor),
      choose: (x, y) => this.#events.pick(this.#under(x, y)),
      hover: (x, y) => this.#hover(this.#under(x, y)),
    });
    this.#ends = [() => observer.disconnect(), hands];
    void this.#renderer.setAnimationLoop((time: number) => this.#frame(time));
  }

  /** What is looked at of the net; nothing while the place is looked at. */
  get #looked(): Picture | null {
    return this.#inNet ? this.#picture : null;
  }

  #under(x: number, y: number): Target | null {
    const ray = this.#ray(x, y);
    return this.#looked ? this.#looked.pick(ray, this.#now()) : pick(ray, this.#stage, this.#works, this.#now());
  }

  #hover(target: Target | null): void {
    this.#looked?.hover(target, this.#now());
    this.#dirty = true;
    this.#events.hover(target);
  }

  #now(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #resize(): void {
    this.#width = Math.max(1, this.#canvas.clientWidth);
    this.#height = Math.max(1, this.#canvas.clientHeight);
    this.#renderer.setPixelRatio(pixelRatio(this.#tier));
    this.#renderer.setSize(this.#width, this.#height, false);
    this.#camera.aspect = this.#width / this.#height;
    // The middle of the picture is the middle of what is free of it.
    const { left, bottom } = this.#inset;
    this.#camera.setViewOffset(this.#width, this.#height, -left / 2, bottom / 2, this.#width, this.#height);
    this.#camera.updateProjectionMatrix();
    this.#dirty = true;
    this.#renamed = true;
    if (!this.#framed || this.#overview) this.#frameAll(!this.#framed);
    // A card that opened beside it leaves less room for what was flown to.
    else if (this.#focus) this.#flyTo(this.#focus);
  }

  #frame(time: number): void {
    const elapsed = this.#last === 0 ? 16 : time - this.#last;
    this.#last = time;
    const now = this.#now();
    clock.value = now;
    const seconds = Math.min(0.1, elapsed / 1000);
    const { right, forward } = this.#walking;
    if (right !== 0 || forward !== 0) this.#rig.move(right * seconds, forward * seconds);
    const followed = this.#following && this.#selected ? this.#spotOf(this.#selected, now) : null;
    if (followed) this.#rig.along(followed.x, followed.z);
    const moving = this.#rig.step(seconds);
    const flying = this.#beams.tick(now);
    const before = this.#glimpses.length;
    this.#glimpses = this.#glimpses.filter((one) => now - one.start < GLIMPSE_SECONDS);
    if (
      this.#reduced &&
      !moving &&
      !flying &&
      !this.#looked?.moves(now) &&
      !this.#dirty &&
      this.#frames - this.#entered > 30 &&
      before === 0
    )
      return;
    this.#dirty = false;
    this.#aim();
    this.#screens.send(FRAME_BYTES_MAX);
    // Without motion only a change draws; what found no space in this frame comes in the next.
    if (this.#screens.waiting) this.#dirty = true;
    const unsettled =
      this.#works.travels(now) ||
      this.#looked?.moves(now) ||
      this.#stage.bodies.some((one) => now - one.path.start < 1) ||
      this.#glimpses.length > 0;
    if (moving || unsettled || this.#renamed || this.#labels.waiting > 0 || this.#frames % LABELS_EVERY === 0)
      this.#label(now);
    if (this.#looked) this.#renderer.render(this.#looked.scene, this.#camera);
    else if (this.#pipeline) this.#pipeline.render();
    else this.#renderer.render(this.#scene, this.#camera);
    uploads.bytes = 0;
    this.#frames++;
    if (this.#frames % NEAR_EVERY === 0) this.#look(now);
    this.#watch(elapsed);
  }

  /** Says what stands in the middle of the picture, when that changed, and how many rooms have no name in it. */
  #look(now: number): void {
    const target = this.#inNet ? null : inMiddle(this.#stage, this.#rig.pose, now);
    if (target?.id !== this.#near?.id) this.#events.near(target);
    this.#near = target;
    if (this.#labels.unnamed !== this.#unnamed) this.#events.unnamed(this.#labels.unnamed);
    this.#unnamed = this.#labels.unnamed;
  }

  /** How many texts may be drawn for this frame: many while the world appears, then one, if the frame sends little else. */
  #newTexts(): number {
    if (this.#frames - this.#entered < 30) return 8;
    return uploads.bytes + LABELS_BYTES + SLOT_BYTES <= FRAME_BYTES_MAX ? 1 : 0;
  }

  #aim(): void {
    const eye = this.#rig.eye();
    const { x, y, z, distance } = this.#rig.pose;
    reach.value = Math.max(40, distance);
    this.#camera.position.set(eye.x, eye.y, eye.z);
    this.#camera.lookAt(x, y + (this.#inNet ? 0 : riseOf(distance)), z);
    this.#camera.updateMatrixWorld();
  }

  readonly #point = new Vector3();

  #label(now: number): void {
    const labels = this.#looked
      ? this.#looked.labels(this.#camera.position, now)
      : labelsFor(
          this.#stage,
          this.#works,
          this.#glimpses,
          this.#camera.position,
          this.#rig.pose.distance,
          this.#camera.aspect < NARROW,
          this.#selected?.id ?? null,
          now,
        );
    this.#labels.place(
      labels,
      this.#width,
      this.#height,
      (x, y, z) => this.#toScreen(x, y, z),
      this.#newTexts(),
      this.#inset.covered,
    );
    if (this.#labels.waiting > 0) this.#dirty = true;
    this.#renamed = false;
  }

  #toScreen(x: number, y: number, z: number): { x: number; y: number } | null {
    const point = this.#point.set(x, y, z).project(this.#camera);
    if (point.z > 1 || point.z < -1) return null;
    return { x: (point.x * 0.5 + 0.5) * this.#width, y: (0.5 - point.y * 0.5) * this.#height };
  }

  #ray(x: number, y: number): Ray {
    const origin = this.#camera.position;
    const direction = new Vector3((x / this.#width) * 2 - 1, 1 - (y / this.#height) * 2, 0.5)
      .unproject(this.#camera)
      .sub(origin)
      .normalize();
    return { origin, direction };
  }

  #watch(elapsed: number): void {
    if (this.#fixedTier || this.#frames < 20) return;
    const advice = this.#watchdog.frame(elapsed, this.#tier === 'low');
    if (advice === 'flat') this.#events.slow();
    if (advice !== 'less') return;
    this.#tier = this.#tier === 'high' ? 'mid' : 'low';
    this.#pipeline?.dispose();
    this.#pipeline = null;
    this.#resize();
  }

  show(data: WorldData): void {
    this.#stage.show(data, this.#now());
    this.#works.again(this.#stage, this.#now(), this.#reduced);
    this.#redraw();
    if (this.#framed || data.rooms.length === 0) return;
    this.#frameAll(true);
    this.#framed = true;
  }

  #redraw(): void {
    const selected = this.#selected?.id ?? null;
    this.#loads = '';
    this.#links.show(this.#stage.rooms, selected);
    this.#crowd.show(this.#stage.bodies, selected);
    this.#rework();
  }

  /** Work alone changed: rooms and bodies stay as they are on the card. */
  #rework(): void {
    const selected = this.#selected?.id ?? null;
    const now = this.#now();
    const loads = JSON.stringify([...this.#works.loads]);
    if (loads !== this.#loads) this.#platforms.show(this.#stage.rooms, selected, this.#works.loads);
    this.#loads = loads;
    this.#things.show(this.#works.all, selected);
    this.#screens.show(this.#works.all, selected, this.#camera.position);
    const asks = this.#works.asks.flatMap((ask) => {
      const thing = ask.task ? this.#works.get(ask.task) : undefined;
      const at = thing ? thing.to : this.#works.spotOf(ask, this.#stage, now);
      return at ? [{ id: ask.id, at, mine: ask.mine }] : [];
    });
    this.#beacons.show(asks, now);
    this.#dirty = true;
  }

  work(work: WorldWork): void {
    const now = this.#now();
    const before = new Map(this.#works.all.map((thing) => [thing.key, thing.form]));
    const watched = this.#focus?.type === 'task' ? this.#works.get(this.#focus.id)?.to : undefined;
    this.#works.show(work, this.#stage, now, this.#reduced);
    this.#rework();
    // What one went to is gone along with, until a hand takes the camera.
    const to = this.#focus?.type === 'task' ? this.#works.get(this.#focus.id)?.to : undefined;
    if (this.#focus && to && (!watched || Math.hypot(to.x - watched.x, to.z - watched.z) > 0.5))
      this.#flyTo(this.#focus);
    if (this.#reduced) return;
    // A result goes to each of those who wait for it; the seal itself to the first.
    for (const thing of this.#works.all) {
      if (thing.form !== 'done' || before.get(thing.key) === 'done' || !before.has(thing.key)) continue;
      for (const id of thing.task?.next.slice(1, LISTENERS_MAX) ?? []) {
        const other = this.#works.get(id);
        if (other) this.#beams.fly(thing.from, other.to, now, WAY_SECONDS, GOOD, 1);
      }
    }
  }

  print(task: string, text: string, parts?: number): void {
    this.#screens.print(task, text);
    const thing = parts === undefined ? undefined : this.#works.stored(task, parts);
    if (thing) {
      this.#things.fill(task, this.#selected?.id ?? null);
      this.#screens.fill(task, thing.fill);
    }
    this.#dirty = true;
  }

  #spotOf(target: Target, now: number): { x: number; z: number } | null {
    if (this.#looked) return this.#looked.where(target, now);
    if (target.type === 'room') return this.#stage.places.get(target.id) ?? null;
    if (target.type === 'task') {
      const thing = this.#works.get(target.id);
      return thing ? thingAt(thing, now) : null;
    }
    const standing = this.#stage.get(target.id);
    return standing ? at(standing.path, now) : null;
  }

  net(net: Net | null): Promise<void> {
    this.#net = net;
    if (this.#picture || !net) return Promise.resolve(this.#enter());
    return import('./graph/picture.ts').then(({ Picture }) => {
      this.#picture ??= new Picture(this.#reduced);
      this.#enter();
    });
  }

  /** Shows the net, or the place again; names, light and camera go with the eye. */
  #enter(): void {
    const picture = this.#picture;
    const now = this.#now();
    if (!picture) return;
    this.#dirty = true;
    this.#renamed = true;
    if (this.#net) picture.show(this.#net, this.#selected, now);
    if ((this.#net !== null) === this.#inNet) return;
    this.#inNet = this.#net !== null;
    this.#entered = this.#frames;
    (this.#inNet ? picture.scene : this.#scene).add(...this.#labels.objects, ...this.#beams.objects);
    const other = this.#other;
    this.#other = { ...this.#rig.pose };
    this.#taken();
    if (other) this.#rig.jump(other);
    else this.#frameAll(true);
    this.#near = null;
    this.#events.near(null);
  }

  flow(from: Target, to: Target, form: Form): void {
    this.#light(from, to, FORM_COLOUR[form]);
  }

  /** Light in the net, from one node to another. */
  #light(from: Target, to: Target, rgb: readonly [number, number, number]): void {
    const now = this.#now();
    const a = this.#looked?.where(from, now);
    const b = this.#looked?.where(to, now);
    if (!a || !b) return;
    this.#dirty = true;
    this.#looked?.spark(from, now);
    this.#looked?.spark(to, now + (this.#reduced ? 0 : WAY_SECONDS));
    if (!this.#reduced) this.#beams.fly(a, b, now, WAY_SECONDS, rgb, 1);
  }

  spoken(message: Spoken): void {
    if (this.#looked) {
      const to: Target[] =
        message.room === null
          ? message.to.slice(0, 1).map((id) => ({ type: 'person', id }))
          : [{ type: 'room', id: message.room }];
      const kind = this.#stage.get(message.from)?.body.kind ?? 'human';
      for (const one of to) this.#light({ type: 'person', id: message.from }, one, colourOf(kind, message.urgent));
      return;
    }
    const glimpse = speak(message, this.#now(), this.#reduced, this.#selected?.id ?? null, {
      stage: this.#stage,
      beams: this.#beams,
      crowd: this.#crowd,
      platforms: this.#platforms,
    });
    if (!glimpse) return;
    this.#dirty = true;
    this.#glimpses = [...this.#glimpses.filter((one) => one.id !== message.from), glimpse];
  }

  select(target: Target | null, fly: boolean): void {
    this.#selected = target;
    this.#redraw();
    this.#looked?.select(target, this.#now());
    this.#renamed = true;
    this.#focus = fly ? target : null;
    if (this.#focus) this.#flyTo(this.#focus);
  }

  #flyTo(target: Target): void {
    this.#overview = false;
    if (this.#looked) {
      const at = this.#looked.where(target, this.#now());
      const { aspect } = this.#free();
      // With those that it is bound to in the picture.
      const wide = Math.max(7, this.#looked.around(target));
      if (at) this.#rig.fly({ x: at.x, y: at.y, z: at.z, distance: (wide * 3.6) / Math.min(1, aspect) });
      return;
    }
    const pose = poseOf(target, this.#stage, this.#works, this.#rig.pose, this.#free());
    if (pose) this.#rig.fly(pose);
  }

  /** The picture beside what stands over it: how high it is as an angle, and its shape. */
  #free(): { fov: number; aspect: number } {
    const height = Math.max(120, this.#height - this.#inset.bottom);
    const width = Math.max(120, this.#width - this.#inset.left);
    return { fov: 2 * Math.atan((Math.tan((FOV * RADIANS) / 2) * height) / this.#height), aspect: width / height };
  }

  inset(left: number, bottom: number, covered: readonly Box[]): void {
    const same = left === this.#inset.left && bottom === this.#inset.bottom;
    this.#inset = { left, bottom, covered };
    this.#dirty = true;
    if (same) return;
    this.#resize();
    if (this.#overview) this.#frameAll(this.#frames < 30);
  }

  #frameAll(atOnce: boolean): void {
    if (this.#looked) {
      const { fov, aspect } = this.#free();
      const pose = this.#looked.overview(this.#rig.pose.azimuth, fov, aspect);
      this.#overview = true;
      if (atOnce) this.#rig.jump(pose);
      else this.#rig.fly(pose);
      return;
    }
    const places = this.#stage.rooms.map((one) => one.place);
    if (places.length === 0 || this.#stage.bodies.some((one) => one.body.room === null)) places.push(LANDING);
    const { fov, aspect } = this.#free();
    const start = { ...this.#rig.pose, azimuth: 0.3, polar: steepness(places, 0.3, aspect) };
    const pose = (aspect < NARROW ? frameNarrow : frame)(places, start, fov, aspect);
    this.#overview = true;
    if (atOnce) this.#rig.jump(pose);
    else this.#rig.fly(pose);
  }

  follow(on: boolean): void {
    this.#following = on;
    this.#dirty = true;
  }

  walk(right: number, forward: number): void {
    this.#walking = { right, forward };
    if (right === 0 && forward === 0) return;
    this.#taken();
    this.#following = false;
    this.#dirty = true;
  }

  /** A hand has the camera. */
  #taken(): void {
    this.#focus = null;
    this.#overview = false;
  }

  frameAll(): void {
    this.#focus = null;
    this.#following = false;
    this.#frameAll(false);
  }

  turn(azimuth: number, polar: number): void {
    this.#taken();
    this.#rig.turn(azimuth, polar);
  }

  move(right: number, forward: number): void {
    this.#taken();
    this.#rig.move(right, forward);
  }

  zoom(factor: number): void {
    this.#taken();
    this.#rig.zoom(factor);
  }

  stats(): Stats {
    const { drawCalls, triangles } = this.#renderer.info.render;
    return {
      backend: this.#backend,
      tier: this.#tier,
      draws: drawCalls,
      triangles,
      frames: this.#frames,
      labels: this.#labels.shown,
      named: this.#labels.named,
      unnamed: this.#labels.unnamed,
      screens: this.#screens.shown,
      ...(this.#looked?.drawn ?? { nodes: 0, bonds: 0 }),
    };
  }

  #parts() {
    return [
      this.#platforms,
      this.#links,
      this.#crowd,
      this.#things,
      this.#screens,
      this.#beacons,
      this.#beams,
      this.#labels,
    ];
  }

  dispose(): void {
    for (const end of this.#ends) end();
    void this.#renderer.setAnimationLoop(null);
    this.#pipeline?.dispose();
    for (const part of this.#parts()) part.dispose();
    this.#picture?.dispose();
    this.#renderer.dispose();
  }
}
