'use client';

import { Calendar, CalendarDays, CircleCheckBig, Folder, Hash, Inbox, ListTodo, Plus, SquareKanban, Sun } from 'lucide';
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { NavLink } from '@/components/shell/nav-link';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { openPanel } from '@/lib/panels';
import { countTasks } from '@/lib/tasks/counts';
import { useClock, useTasks } from '@/lib/tasks/provider';
import { useIsDrawn } from '@/lib/use-is-drawn';

const MoreLinks = lazy(() => import('@/components/shell/more-links'));

const text = messages.nav;

/** Where one can go. */
export function Sidebar() {
  const { byId } = useTasks();
  const clock = useClock();
  const data = useData();
  const isDrawn = useIsDrawn();
  const { value: projects = [] } = useRemote(data.projects);
  const { value: tags = [] } = useRemote(data.tags);
  const counts = useMemo(() => countTasks(byId, clock), [byId, clock]);
  return (
    <nav aria-label={text.label} className="flex h-full flex-col gap-6 overflow-y-auto p-3">
      <p className="flex items-center gap-2 px-2.5 pt-1.5 text-[0.9375rem] font-semibold tracking-tight">
        <Icon of={CircleCheckBig} className="size-5 text-accent" />
        {messages.app.name}
      </p>
      <div className="grid gap-0.5">
        <NavLink href="/today" label={text.today} icon={Sun} count={counts.today} />
        <NavLink href="/upcoming" label={text.upcoming} icon={CalendarDays} />
        <NavLink href="/inbox" label={text.inbox} icon={Inbox} count={counts.inbox} />
        <NavLink href="/dashboard" label={text.all} icon={ListTodo} />
        <NavLink href="/board" label={text.board} icon={SquareKanban} />
        <NavLink href="/calendar" label={text.calendar} icon={Calendar} />
      </div>
      <Section title={text.projects} action={<NewProject />} empty={projects.length === 0 ? text.noProjects : null}>
        {projects.map(({ id, name, color }) => (
          <NavLink
            key={id}
            href={`/projects/${id}`}
            label={name}
            icon={Folder}
            color={color}
            count={counts.byProject.get(id)}
          />
        ))}
      </Section>
      <Section title={text.tags} empty={tags.length === 0 ? text.noTags : null}>
        {tags.map(({ name, color }) => (
          <NavLink
            key={name}
            href={`/tags/${encodeURIComponent(name)}`}
            label={name}
            icon={Hash}
            color={color}
            count={counts.byTag.get(name)}
          />
        ))}
      </Section>
      {/* Its room is there before it comes, so that nothing moves. */}
      <div className="mt-auto grid min-h-47 shrink-0 content-end gap-0.5 md:min-h-42 pointer-coarse:min-h-52">
        <Suspense fallback={null}>{isDrawn ? <MoreLinks /> : null}</Suspense>
      </div>
    </nav>
  );
}

type SectionProps = { title: string; action?: ReactNode; empty: string | null; children: ReactNode };

function Section({ title, action, empty, children }: SectionProps) {
  return (
    <section className="grid gap-0.5">
      <div className="flex h-8 items-center justify-between pr-1 pl-2.5 touch">
        <h2 className="text-xs font-medium text-muted">{title}</h2>
        {action}
      </div>
      {children}
      {empty ? <p className="px-2.5 py-1 text-[0.8125rem] text-muted">{empty}</p> : null}
    </section>
  );
}

function NewProject() {
  return (
    <Button
      variant="ghost"
      size="icon"
      className="size-6"
      aria-label={text.newProject}
      onClick={() => openPanel.set('new-project')}
    >
      <Icon of={Plus} className="size-4" />
    </Button>
  );
}
