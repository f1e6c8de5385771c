// The camera: goes round a point, smoothly, by pointer, touch, wheel and keys, and flies to what is asked for. No three.js here.

export interface Pose {
  /** What it looks at, on the plane. */
  x: number;
  z: number;
  /** How far above the plane, beyond what the distance asks for. */
  y: number;
  distance: number;
  /** Around the upright axis; 0 looks along -z. */
  azimuth: number;
  /** From straight down (0) to the horizon (π/2). */
  polar: number;
}

export const DISTANCE_MIN = 6;
export const DISTANCE_MAX = 260;
const POLAR_MIN = 0.35;
const POLAR_MAX = 1.46;
/** Seconds in which two thirds of the way to the wanted pose are made. */
const LAG = 0.11;
const FLIGHT_SECONDS = 0.85;

export class Rig {
  readonly pose: Pose = { x: 0, z: 0, y: 0, distance: 40, azimuth: 0.42, polar: 1.12 };
  readonly #wanted: Pose = { ...this.pose };
  #flight: { from: Pose; to: Pose; t: number } | null = null;
  /** Without motion it is there at once. */
  still = false;

  turn(azimuth: number, polar: number): void {
    this.#take();
    this.#wanted.azimuth += azimuth;
    this.#wanted.polar = clamp(this.#wanted.polar + polar, POLAR_MIN, POLAR_MAX);
  }

  /** Moves along the plane, in fractions of the distance. */
  move(right: number, forward: number): void {
    this.#take();
    const { azimuth, distance } = this.#wanted;
    this.#wanted.x += (Math.cos(azimuth) * right - Math.sin(azimuth) * forward) * distance;
    this.#wanted.z += (-Math.sin(azimuth) * right - Math.cos(azimuth) * forward) * distance;
  }

  zoom(factor: number): void {
    this.#take();
    this.#wanted.distance = clamp(this.#wanted.distance * factor, DISTANCE_MIN, DISTANCE_MAX);
  }

  /** Goes along with something that moves. */
  along(x: number, z: number): void {
    if (this.#flight) {
      this.#flight.to.x = x;
      this.#flight.to.z = z;
    } else {
      this.#wanted.x = x;
      this.#wanted.z = z;
    }
  }

  fly(to: Partial<Pose>): void {
    const target = { ...this.#wanted, ...to };
    target.distance = clamp(target.distance, DISTANCE_MIN, DISTANCE_MAX);
    target.azimuth = this.pose.azimuth + shortest(target.azimuth - this.pose.azimuth);
    if (this.still) {
      Object.assign(this.pose, target);
      Object.assign(this.#wanted, target);
      this.#flight = null;
    } else this.#flight = { from: { ...this.pose }, to: target, t: 0 };
  }

  jump(to: Partial<Pose>): void {
    Object.assign(this.pose, to);
    Object.assign(this.#wanted, this.pose);
    this.#flight = null;
  }

  /** A hand on the camera ends a flight where it is. */
  #take(): void {
    if (this.#flight) Object.assign(this.#wanted, this.pose);
    this.#flight = null;
  }

  /** True while something still moves. */
  step(seconds: number): boolean {
    if (this.#flight) {
      const flight = this.#flight;
      flight.t = Math.min(1, flight.t + seconds / FLIGHT_SECONDS);
      const e = 1 - (1 - flight.t) ** 3;
      for (const key of KEYS) this.pose[key] = flight.from[key] + (flight.to[key] - flight.from[key]) * e;
      Object.assign(this.#wanted, flight.t < 1 ? this.pose : flight.to);
      if (flight.t >= 1) this.#flight = null;
      return true;
    }
    const k = this.still ? 1 : 1 - Math.exp(-seconds / LAG);
    let moving = false;
    for (const key of KEYS) {
      const away = this.#wanted[key] - this.pose[key];
      if (Math.abs(away) > 1e-4) moving = true;
      this.pose[key] += away * k;
    }
    return moving;
  }

  /** Where the eye is. */
  eye(): { x: number; y: number; z: number } {
    const { x, y, z, distance, azimuth, polar } = this.pose;
    const flat = Math.sin(polar) * distance;
    return { x: x + Math.sin(azimuth) * flat, y: y + Math.cos(polar) * distance, z: z + Math.cos(azimuth) * flat };
  }
}

const KEYS = ['x', 'z', 'y', 'distance', 'azimuth', 'polar'] as const;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const shortest = (angle: number) => Math.atan2(Math.sin(angle), Math.cos(angle));
