'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { lazy, Suspense, useEffect } from 'react';
import { ChatDock } from '@/app/(app)/chat-dock';
import { DueCount } from '@/app/(app)/due-count';
import { Shortcuts } from '@/components/commands/shortcuts';
import { setParameters } from '@/lib/address';
import { announcement, unsaved } from '@/lib/announce';
import { toggleChat } from '@/lib/chat/panel';
import { commands, type Command } from '@/lib/commands';
import { openConflict } from '@/lib/conflict';
import type { Data } from '@/lib/data';
import { useData } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { chatMessages } from '@/lib/messages/chat';
import { commandsMessages } from '@/lib/messages/commands';
import { confirmationsMessages } from '@/lib/messages/confirmations';
import { keepForOffline } from '@/lib/offline/keep';
import { startWorker } from '@/lib/offline/worker';
import { useOpenTask } from '@/lib/open-task';
import { closePanel, openPanel } from '@/lib/panels';
import { openQuickAdd } from '@/lib/quick-add';
import { followOtherTabs } from '@/lib/session-over';
import { NOTHING_SHARED, sharedLine } from '@/lib/shared-line';
import { endOthersPush } from '@/lib/settings/push';
import { useStore } from '@/lib/store';
import { loadWriter } from '@/lib/tasks/write-task';
import { habitsOfDevice } from '@/lib/time/device';
import { deviceHabits } from '@/lib/time/habits';
import { deviceZone } from '@/lib/time/zone';

const Palette = lazy(() => import('@/components/commands/palette'));
const Help = lazy(() => import('@/components/commands/help'));
const MenuSheet = lazy(() => import('@/components/shell/menu-sheet'));
const NewProjectDialog = lazy(() => import('@/components/projects/new-project-dialog'));
const QuickAdd = lazy(() => import('@/components/tasks/quick-add'));
const loadTaskSheet = () => import('@/components/tasks/detail/task-sheet');
const TaskSheet = lazy(loadTaskSheet);
const ConflictDialog = lazy(() => import('@/components/ui/conflict-dialog'));
const Toaster = lazy(() => import('@/components/ui/toaster'));

/** What lies over every view, or beside it, each loaded when it is first asked for. */
export default function Overlays({ userId, chatKey }: { userId: string; chatKey: string | null }) {
  const data = useData();
  useEffect(() => followOtherTabs(), []);
  useEffect(() => startWorker(), []);
  useEffect(() => void endOthersPush().catch(() => undefined), []);
  useEffect(() => keepForOffline(data, userId), [data, userId]);
  useEffect(() => deviceHabits.set(habitsOfDevice(navigator.language)), []);
  useEffect(() => lookAtZone(data), [data]);
  useEffect(() => sayReady(), []);
  useEffect(() => loadWhenIdle(), []);
  const shared = sharedLine(useSearchParams());
  useEffect(() => takeOver(shared), [shared]);
  const panel = useStore(openPanel);
  const task = useOpenTask();
  const conflict = useStore(openConflict);
  const hasSpoken = useStore(announcement) !== null;
  const hasFailed = useStore(unsaved).length > 0;
  return (
    <>
      <Shortcuts offered={useGlobalCommands()} />
      <ChatDock domainKey={chatKey} />
      <DueCount />
      <Suspense fallback={null}>
        {panel === 'palette' ? <Palette onClose={closePanel} /> : null}
        {panel === 'help' ? <Help onClose={closePanel} /> : null}
        {panel === 'menu' ? <MenuSheet onClose={closePanel} /> : null}
        {panel === 'new-project' ? <NewProjectDialog onClose={closePanel} /> : null}
        {panel === 'quick-add' ? <QuickAdd onClose={closeQuickAdd} /> : null}
      </Suspense>
      <Suspense fallback={null}>{task === null ? null : <TaskSheet key={task} id={task} />}</Suspense>
      <Suspense fallback={null}>{conflict === null ? null : <ConflictDialog conflict={conflict} />}</Suspense>
      <Suspense fallback={null}>{hasSpoken || hasFailed ? <Toaster /> : null}</Suspense>
    </>
  );
}

/** Whoever is on a journey is told so, and may have the days of where they are. */
function lookAtZone(data: Data): void {
  if (data.profile.value?.time_zone === deviceZone()) return;
  import('@/lib/settings/device-zone').then(({ offerDeviceZone }) => offerDeviceZone(data)).catch(() => undefined);
}

/** For who must know that the last of the page is there: from now on keys and other tabs are heard, too. */
function sayReady(): () => void {
  document.body.dataset.ready = 'true';
  return () => delete document.body.dataset.ready;
}

/** What people do first would otherwise wait for what it takes: to open a task, and to change one. */
function loadWhenIdle(): void {
  // Safari has no such callback.
  const whenIdle = window.requestIdleCallback ?? setTimeout;
  whenIdle(() => void Promise.allSettled([loadTaskSheet(), loadWriter()]));
}

/** What another app has shared stands in the field for a new task. */
function takeOver(shared: string | null): void {
  if (shared !== null) openQuickAdd({ line: shared, error: null });
}

function closeQuickAdd(): void {
  closePanel();
  // Until now: a page that was loaded anew meanwhile would have lost the line.
  setParameters(NOTHING_SHARED);
}

function useGlobalCommands(): Command[] {
  const data = useData();
  const router = useRouter();
  const text = commandsMessages;
  const hasField = useStore(commands).some(({ id }) => id === 'new-task');
  const quickAdd = (): void => openQuickAdd();
  const go = (title: string, path: string, key: string): Command => ({
    id: `go-${key}`,
    title,
    group: 'go',
    keys: `g ${key}`,
    run: () => router.push(path),
  });
  return [
    ...(hasField ? [] : [{ id: 'new-task-anywhere', title: messages.composer.newTask, group: 'anywhere', keys: 'n', run: quickAdd } as const]),
    { id: 'quick-add', title: text.quickAdd, group: 'anywhere', keys: 'q', run: quickAdd },
    { id: 'search', title: text.search, group: 'anywhere', keys: '/', isOnlyKeys: true, run: () => openPanel.set('palette') },
    { id: 'palette', title: text.palette, group: 'anywhere', keys: 'mod+k', isOnlyKeys: true, run: () => openPanel.set('palette') },
    { id: 'help', title: text.help, group: 'anywhere', keys: '?', run: () => openPanel.set('help') },
    { id: 'undo', title: text.undo, group: 'anywhere', keys: 'mod+z', run: () => void import('@/lib/undo').then(({ undoLast }) => undoLast(data)) },
    { id: 'chat', title: chatMessages.title, group: 'anywhere', keys: 'a', run: toggleChat },
    { id: 'new-project', title: messages.nav.newProject, group: 'anywhere', run: () => openPanel.set('new-project') },
    go(messages.nav.today, '/today', 't'),
    go(messages.nav.upcoming, '/upcoming', 'u'),
    go(messages.nav.inbox, '/inbox', 'i'),
    go(messages.nav.all, '/dashboard', 'a'),
    go(messages.nav.board, '/board', 'b'),
    go(messages.nav.calendar, '/calendar', 'c'),
    go(messages.nav.search, '/search', 's'),
    go(messages.nav.notifications, '/notifications', 'n'),
    go(confirmationsMessages.title, '/confirmations', 'y'),
    go(messages.nav.history, '/history', 'h'),
    go(messages.nav.trash, '/trash', 'd'),
    go(messages.nav.statistics, '/statistics', 'v'),
    go(messages.nav.settings, '/settings', ','),
  ];
}
