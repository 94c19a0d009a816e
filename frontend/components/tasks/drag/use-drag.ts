'use client';

import { useDraggable, useDroppable } from '@dnd-kit/core';
import type { KeyboardEventHandler, MouseEventHandler, TouchEventHandler } from 'react';
import type { Dragged, Place } from '@/components/tasks/drag/drag-area';
import type { Task } from '@/lib/api';

/** What the sensors of `DragArea` listen to; the library only says that these are functions. */
type Listeners = { onMouseDown?: MouseEventHandler; onTouchStart?: TouchEventHandler; onKeyDown?: KeyboardEventHandler };

/** Makes a task's element one that can be carried. The keyboard lifts it by its handle. */
export function useCarried(task: Task) {
  const data: Dragged = { task };
  const { setNodeRef, setActivatorNodeRef, listeners, attributes, isDragging } = useDraggable({ id: task.id, data });
  const { onMouseDown, onTouchStart, onKeyDown }: Listeners = listeners ?? {};
  return {
    isCarried: isDragging,
    element: { ref: setNodeRef, onMouseDown, onTouchStart },
    handle: {
      ref: setActivatorNodeRef,
      onKeyDown,
      'aria-describedby': attributes['aria-describedby'],
      'data-handle': true,
    },
  };
}

/** Makes an element a place where tasks can be put. */
export function usePlace(key: string, title: string) {
  const data: Place = { key, title };
  const { setNodeRef, isOver } = useDroppable({ id: key, data });
  return { ref: setNodeRef, isOver };
}
