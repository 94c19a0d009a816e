'use client';

import { Button } from '@/components/ui/button';
import { described, FormProblem } from '@/components/ui/form-problem';
import { Select } from '@/components/ui/select';
import type { Wrong } from '@/lib/api/wrong';
import { setParameters } from '@/lib/address';
import { useData, useRemote } from '@/lib/data-provider';
import { messages } from '@/lib/messages';
import { viewsMessages } from '@/lib/messages/views';
import { DUES, isFiltered, parametersOf, SORTS, STATUSES, type Filters } from '@/lib/tasks/filters';
import { PRIORITIES } from '@/lib/tasks/groups';
import { ProjectFilter } from '@/components/tasks/project-filter';

const text = viewsMessages.search;
const NOTE = 'filter-note';
const ANY = 'any';
/** Of a tag: no tag has this name, for a name has no space at its end. */
const ANY_TAG = 'any ';
const NO_FILTERS: Partial<Filters> = { status: 'all', priority: null, project: null, tag: null, due: 'any' };

/** What narrows a search. Each filter stands in the address, so that it can be kept and sent. */
export function FilterBar({ filters, wrong }: { filters: Filters; wrong: Wrong<keyof Filters> | null }) {
  const { value: tags = [] } = useRemote(useData().tags);
  const set = (changes: Partial<Filters>) => setParameters(parametersOf(changes));
  const marks = (filter: keyof Filters) => described(NOTE, wrong?.at === filter ? wrong.message : undefined);
  return (
    <div className="flex flex-wrap items-center gap-2 [&_button]:h-8 [&_[role=combobox]]:w-auto [&_[role=combobox]]:max-w-48">
      <Select
        label={text.status}
        {...marks('status')}
        value={filters.status}
        options={STATUSES.map((value) => ({ value, label: text.statuses[value] }))}
        onChange={(status) => set({ status })}
      />
      <Select
        label={text.due}
        {...marks('due')}
        value={filters.due}
        options={DUES.map((value) => ({ value, label: text.dues[value] }))}
        onChange={(due) => set({ due })}
      />
      <Select
        label={text.priority}
        {...marks('priority')}
        value={filters.priority ?? ANY}
        options={[
          { value: ANY, label: text.anyPriority },
          ...PRIORITIES.map((value) => ({ value, label: messages.priorities[value] })),
        ]}
        onChange={(value) => set({ priority: PRIORITIES.find((each) => each === value) ?? null })}
      />
      <ProjectFilter {...marks('project')} projectId={filters.project} onChange={(project) => set({ project })} />
      {tags.length > 0 || filters.tag ? (
        <Select
          label={text.tag}
          {...marks('tag')}
          value={filters.tag ?? ANY_TAG}
          options={[
            { value: ANY_TAG, label: text.anyTag },
            ...[...new Set([...tags.map(({ name }) => name), ...(filters.tag ? [filters.tag] : [])])].map((name) => ({
              value: name,
              label: `#${name}`,
            })),
          ]}
          onChange={(value) => set({ tag: value === ANY_TAG ? null : value })}
        />
      ) : null}
      <Select
        label={text.sort}
        {...marks('sort')}
        value={filters.sort}
        options={SORTS.map((value) => ({ value, label: text.sorts[value] }))}
        onChange={(sort) => set({ sort })}
      />
      {isFiltered(filters) ? (
        <Button variant="ghost" size="small" onClick={() => set(NO_FILTERS)}>
          {text.clear}
        </Button>
      ) : null}
      <FormProblem id={NOTE} message={isOfFilter(wrong) ? wrong.message : undefined} className="w-full text-[0.8125rem]" />
    </div>
  );
}

/** The words have a field of their own, and what is wrong with none of all this stands in its place. */
function isOfFilter(wrong: Wrong<keyof Filters> | null): wrong is Wrong<keyof Filters> {
  return wrong !== null && wrong.at !== 'form' && wrong.at !== 'q';
}
