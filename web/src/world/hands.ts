// Pointer, touch and wheel on the world's canvas: turning, moving, coming closer, and choosing.

export interface Hands {
  turn(azimuth: number, polar: number): void;
  move(right: number, forward: number): void;
  zoom(factor: number): void;
  /** A click or tap, in pixels of the canvas. */
  choose(x: number, y: number): void;
  hover(x: number, y: number): void;
}

/** A press that moves less than this is a click. */
const CLICK_PX = 6;

export function listen(canvas: HTMLCanvasElement, hands: Hands): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  let spread = 0;

  const span = () => {
    const [a, b] = [...pointers.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };

  function down(event: PointerEvent): void {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (pointers.size === 1) travelled = 0;
    spread = span();
  }

  function move(event: PointerEvent): void {
    const last = pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType === 'mouse') hands.hover(event.offsetX, event.offsetY);
      return;
    }
    const dx = event.offsetX - last.x;
    const dy = event.offsetY - last.y;
    travelled += Math.abs(dx) + Math.abs(dy);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    const size = canvas.clientHeight || 1;
    if (pointers.size >= 2) {
      const now = span();
      if (spread > 0 && now > 0) hands.zoom(spread / now);
      spread = now;
      hands.move(-dx / size / 2, dy / size / 2);
    } else if (event.buttons & 2 || event.buttons & 4 || event.shiftKey) hands.move(-dx / size, dy / size);
    else hands.turn((-dx / size) * 3.2, (-dy / size) * 2.2);
  }

  function up(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === 'pointerup' && pointers.size === 0 && travelled < CLICK_PX && event.button === 0) {
      hands.choose(event.offsetX, event.offsetY);
    }
    spread = span();
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault();
    hands.zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0016));
  }

  const menu = (event: Event) => event.preventDefault();
  canvas.addEventListener('pointerdown', down);
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
  canvas.addEventListener('wheel', wheel, { passive: false });
  canvas.addEventListener('contextmenu', menu);
  return () => {
    canvas.removeEventListener('pointerdown', down);
    canvas.removeEventListener('pointermove', move);
    canvas.removeEventListener('pointerup', up);
    canvas.removeEventListener('pointercancel', up);
    canvas.removeEventListener('wheel', wheel);
    canvas.removeEventListener('contextmenu', menu);
  };
}
