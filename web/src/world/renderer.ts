// Starts the renderer: WebGPU where it works, WebGL 2 elsewhere, and how much to draw to begin with.

import { ColorManagement, LinearSRGBColorSpace, NoToneMapping, WebGPURenderer } from 'three/webgpu';
import type { Tier } from './scene-view.ts';

export interface Wish {
  gpu: 'auto' | 'webgpu' | 'webgl';
  tier?: Tier;
}

/** What the address asks for: ?gpu=webgpu|webgl|off and ?tier=low|mid|high. Null: no 3D at all. */
export function wishFrom(query: string): Wish | null {
  const asked = new URLSearchParams(query);
  const gpu = asked.get('gpu');
  if (gpu === 'off') return null;
  const tier = asked.get('tier');
  return {
    gpu: gpu === 'webgpu' || gpu === 'webgl' ? gpu : 'auto',
    ...((tier === 'low' || tier === 'mid' || tier === 'high') && { tier }),
  };
}

/** Painting by the processor instead of a graphics card. */
function softwareRenderer(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return true;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export async function startRenderer(
  canvas: HTMLCanvasElement,
  wish: Wish,
): Promise<{ renderer: WebGPURenderer; tier: Tier; backend: 'webgpu' | 'webgl2' }> {
  const software = softwareRenderer();
  const phone = matchMedia('(pointer: coarse)').matches;
  const tier = wish.tier ?? (software ? 'low' : phone ? 'mid' : 'high');
  // Colours are authored as they appear on the screen: no conversion, no full-screen pass for it.
  ColorManagement.enabled = false;
  const renderer = new WebGPURenderer({
    canvas,
    antialias: tier === 'mid',
    alpha: false,
    stencil: false,
    // In software WebGPU is no quicker, and starts later.
    forceWebGL: wish.gpu === 'webgl' || (wish.gpu === 'auto' && (software || !('gpu' in navigator))),
  });
  renderer.outputColorSpace = LinearSRGBColorSpace;
  renderer.toneMapping = NoToneMapping;
  renderer.setPixelRatio(pixelRatio(tier));
  await renderer.init();
  const backend = (renderer.backend as { isWebGPUBackend?: boolean }).isWebGPUBackend ? 'webgpu' : 'webgl2';
  return { renderer, tier, backend };
}

export function pixelRatio(tier: Tier): number {
  const most = { low: 1, mid: 1.5, high: 2 }[tier];
  return Math.min(devicePixelRatio, most);
}
