// The dark plane with its thin grid, and the sky with its horizon.

import { cameraPosition, Fn, float, mix, positionGeometry, smoothstep, varying, vec3, vec4 } from 'three/tsl';
import { BackSide, CircleGeometry, Mesh, SphereGeometry } from 'three/webgpu';
import { GRID, GROUND } from './palette.ts';
import { AIR, colour, inAir, lines, type N, noise, project, surface } from './shading.ts';

/** The radius of the plane; far beyond the haze. */
const EXTENT = 1600;

export function makeGround(): Mesh {
  const world = varying((positionGeometry as N).mul(EXTENT)) as N;
  const fragment = Fn(() => {
    const at = world.xz;
    const fine = lines(at.x.div(2.875), float(0)).max(lines(at.y.div(2.875), float(0)));
    const wide = lines(at.x.div(11.5), float(0.15)).max(lines(at.y.div(11.5), float(0.15)));
    const far = smoothstep(float(230), float(20), at.length());
    const near = smoothstep(float(95), float(12), (cameraPosition as N).sub(world).length());
    const glow = fine.mul(0.2).mul(near).add(wide.mul(0.46)).mul(far);
    const base = mix(colour(GROUND).mul(0.86), colour(GROUND).mul(1.35), smoothstep(float(70), float(0), at.length()));
    return vec4(inAir(base.add(colour(GRID).mul(glow)), world), 1);
  });
  const geometry = new CircleGeometry(1, 256).rotateX(-Math.PI / 2);
  const mesh = new Mesh(geometry, surface({ vertex: project(world), fragment: fragment() }));
  mesh.frustumCulled = false;
  mesh.renderOrder = 0;
  return mesh;
}

export function makeSky(): Mesh {
  const direction = varying((positionGeometry as N).normalize()) as N;
  const world = (positionGeometry as N).mul(1500).add(vec3((cameraPosition as N).x, 0, (cameraPosition as N).z));
  const fragment = Fn(() => {
    const d = direction.normalize();
    const up = d.y;
    const air = mix(colour(GROUND).mul(0.55), AIR, up.max(0).mul(-7).exp());
    // A glow above the line where plane and sky meet.
    const lit = air
      .add(vec3(0.05, 0.17, 0.24).mul(up.max(0).mul(-26).exp()).mul(0.62))
      .add(vec3(0.1, 0.34, 0.44).mul(up.max(0).mul(-240).exp()).mul(0.34));
    const cell = d.mul(190).floor();
    const star = smoothstep(float(0.9972), float(1), noise(cell)).mul(smoothstep(float(0.03), float(0.4), up));
    return vec4(lit.add(vec3(0.62, 0.76, 0.9).mul(star).mul(0.5)), 1);
  });
  const material = surface({ vertex: project(world), fragment: fragment(), depthWrite: false });
  material.side = BackSide;
  const mesh = new Mesh(new SphereGeometry(1, 48, 24), material);
  mesh.frustumCulled = false;
  mesh.renderOrder = -1;
  return mesh;
}
