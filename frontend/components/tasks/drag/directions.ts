import type { KeyboardCoordinateGetter } from '@dnd-kit/core';

type Box = { left: number; top: number; width: number; height: number };

const DIRECTIONS: Record<string, readonly [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest box in a direction: straight ahead counts for more than beside. */
export function nearest<T extends Box>(from: Box, boxes: readonly T[], [x, y]: readonly [number, number]): T | null {
  const [startX, startY] = centre(from);
  let found: T | null = null;
  let shortest = Infinity;
  for (const box of boxes) {
    const [boxX, boxY] = centre(box);
    const ahead = (boxX - startX) * x + (boxY - startY) * y;
    const aside = Math.abs((boxX - startX) * y) + Math.abs((boxY - startY) * x);
    const distance = ahead + 3 * aside;
    if (ahead < 8 || distance >= shortest) continue;
    found = box;
    shortest = distance;
  }
  return found;
}

function centre({ left, top, width, height }: Box): [number, number] {
  return [left + width / 2, top + height / 2];
}

/** How far below the top of a tall column something is held. */
const REACH = 80;

/** An arrow takes what is carried to the next place in its direction. */
export const byArrows: KeyboardCoordinateGetter = (event, { context, currentCoordinates }) => {
  const direction = DIRECTIONS[event.code];
  if (!direction) return undefined;
  event.preventDefault();
  const { over, collisionRect, droppableContainers, droppableRects } = context;
  const from = (over && droppableRects.get(over.id)) ?? collisionRect;
  if (!from || !collisionRect) return currentCoordinates;
  const boxes = droppableContainers.getEnabled().flatMap(({ id }) => droppableRects.get(id) ?? []);
  const target = nearest(from, boxes.filter((box) => box !== from), direction);
  if (!target) return currentCoordinates;
  return {
    x: target.left + (target.width - collisionRect.width) / 2,
    y: target.top + Math.min(target.height / 2, REACH) - collisionRect.height / 2,
  };
};
