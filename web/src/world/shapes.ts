// The four shapes of participants, each standing on the plane and about 1.7 metres tall, facing +x.

import {
  BoxGeometry,
  type BufferGeometry,
  CapsuleGeometry,
  ConeGeometry,
  CylinderGeometry,
  Float32BufferAttribute,
  SphereGeometry,
  TorusGeometry,
} from 'three/webgpu';
import type { ParticipantKind } from '../api/types.ts';

/** Joins geometries into one without an index, so that each facet can have its own normal. */
function join(parts: BufferGeometry[]): BufferGeometry {
  const flat = parts.map((part) => (part.index ? part.toNonIndexed() : part));
  const [first, ...others] = flat;
  for (const name of ['position', 'normal', 'uv']) {
    const all = [first!, ...others].flatMap((part) => [...(part.getAttribute(name)?.array ?? [])]);
    first!.setAttribute(name, new Float32BufferAttribute(all, name === 'uv' ? 2 : 3));
  }
  return first!;
}

/** A person: a rounded capsule with a head. */
function human(): BufferGeometry {
  const body = new CapsuleGeometry(0.31, 0.56, 6, 14).translate(0, 0.62, 0);
  const head = new SphereGeometry(0.225, 14, 10).translate(0.03, 1.5, 0);
  return join([body, head]);
}

/** An agent: a faceted solid that floats. */
function agent(): BufferGeometry {
  const upper = new ConeGeometry(0.5, 0.78, 6, 1, true).translate(0, 1.29, 0);
  const belt = new CylinderGeometry(0.5, 0.5, 0.16, 6, 1, true).translate(0, 0.82, 0);
  const lower = new ConeGeometry(0.5, 0.5, 6, 1, true).rotateX(Math.PI).translate(0, 0.49, 0);
  const solid = join([upper, belt, lower]);
  solid.computeVertexNormals();
  return solid;
}

/** A bot: a cube. */
const bot = (): BufferGeometry => join([new BoxGeometry(0.84, 0.84, 0.84).translate(0, 0.62, 0)]);

/** A bridge: an arch. */
function bridge(): BufferGeometry {
  const arch = new TorusGeometry(0.52, 0.15, 8, 22, Math.PI).rotateY(Math.PI / 2).translate(0, 0.92, 0);
  const leg = (z: number) => new CylinderGeometry(0.15, 0.17, 0.92, 10, 1, true).translate(0, 0.46, z);
  return join([arch, leg(0.52), leg(-0.52)]);
}

export const SHAPES: Record<ParticipantKind, () => BufferGeometry> = { human, agent, bot, bridge };

/** How high each one stands as it is drawn, for labels and for the light that leaves it. */
export const HEIGHT: Record<ParticipantKind, number> = { human: 2.24, agent: 2.2, bot: 1.45, bridge: 2.1 };
