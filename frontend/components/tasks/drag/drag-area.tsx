'use client';

import {
  closestCenter,
  DndContext,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  pointerWithin,
  TouchSensor,
  useSensor,
  useSensors,
  type Active,
  type Announcements,
  type CollisionDetection,
  type DragEndEvent,
  type Over,
} from '@dnd-kit/core';
import { useState, type ReactNode } from 'react';
import { byArrows } from '@/components/tasks/drag/directions';
import type { Task } from '@/lib/api';
import { viewsMessages } from '@/lib/messages/views';

const text = viewsMessages.drag;

// Made once: whatever can be carried is drawn anew with other sensors.
const MOUSE = { activationConstraint: { distance: 6 } };
/** Until then a finger scrolls. */
const TOUCH = { activationConstraint: { delay: 220, tolerance: 8 } };
/** Enter is left to what a handle does besides. */
const KEYS = { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter', 'Tab'] };
const KEYBOARD = { coordinateGetter: byArrows, keyboardCodes: KEYS };

/** What is dragged, and where it can be put. */
export type Dragged = { task: Task };
export type Place = { key: string; title: string };

type Props = {
  id: string;
  onDrop: (task: Task, key: string) => void;
  /** What is seen under the pointer. */
  draw: (task: Task) => ReactNode;
  children: ReactNode;
};

/** Tasks can be carried from one place to another: with a mouse, a finger, or the keyboard. */
export function DragArea({ id, onDrop, draw, children }: Props) {
  const [carried, setCarried] = useState<Task | null>(null);
  const sensors = useSensors(
    useSensor(MouseSensor, MOUSE),
    useSensor(TouchSensor, TOUCH),
    useSensor(KeyboardSensor, KEYBOARD),
  );
  const drop = ({ active, over, activatorEvent }: DragEndEvent) => {
    setCarried(null);
    const [task, place] = [taskOf(active), placeOf(over)];
    if (!task) return;
    if (place) onDrop(task, place.key);
    if (activatorEvent instanceof KeyboardEvent) focusHandle(task.id);
  };
  return (
    <DndContext
      id={id}
      sensors={sensors}
      collisionDetection={underPointer}
      accessibility={ACCESSIBILITY}
      onDragStart={({ active }) => setCarried(taskOf(active))}
      onDragCancel={() => setCarried(null)}
      onDragEnd={drop}
    >
      {children}
      <DragOverlay dropAnimation={null}>{carried ? draw(carried) : null}</DragOverlay>
    </DndContext>
  );
}

/** Where the pointer is; without one, whatever is nearest. */
const underPointer: CollisionDetection = (args) => {
  const found = pointerWithin(args);
  return found.length > 0 || args.pointerCoordinates ? found : closestCenter(args);
};

const taskOf = (active: Active): Task | null => (active.data.current as Dragged | undefined)?.task ?? null;
const placeOf = (over: Over | null): Place | null => (over?.data.current as Place | undefined) ?? null;

const titleOf = (active: Active) => taskOf(active)?.title ?? '';

const announcements: Announcements = {
  onDragStart: ({ active }) => text.lifted(titleOf(active)),
  onDragOver: ({ over }) => (over ? text.over(placeOf(over)?.title ?? '') : undefined),
  onDragEnd: ({ active, over }) => (over ? text.dropped(titleOf(active), placeOf(over)?.title ?? '') : text.cancelled),
  onDragCancel: () => text.cancelled,
};
const ACCESSIBILITY = { announcements, screenReaderInstructions: { draggable: text.instructions } };

/** In its new place it is another element. */
function focusHandle(id: string): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"] [data-handle]`)?.focus({ preventScroll: false }),
    ),
  );
}
