// Light that spills over, as a chunk of its own: loaded only where there is plenty of power.

import { bloom } from 'three/addons/tsl/display/BloomNode.js';
import { pass } from 'three/tsl';
import { type Camera, RenderPipeline, type Scene, type WebGPURenderer } from 'three/webgpu';

export function makePipeline(renderer: WebGPURenderer, scene: Scene, camera: Camera): RenderPipeline {
  const picture = pass(scene, camera).getTextureNode('output');
  const pipeline = new RenderPipeline(renderer);
  pipeline.outputColorTransform = false;
  pipeline.outputNode = picture.add(bloom(picture, 0.42, 0.55, 0.52));
  return pipeline;
}
