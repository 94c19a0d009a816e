'use client';

import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/select';
import { setParameters } from '@/lib/address';
import { ACTORS, HAPPENING_NAMES, type HistoryFilters } from '@/lib/history/filters';
import { historyMessages } from '@/lib/messages/history';

const text = historyMessages;
const ALL = 'all';

/** Who and what. It stands in the address. */
export function HistoryFilterBar({ filters: { actor, what, run } }: { filters: HistoryFilters }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        label={text.what}
        value={what ?? ALL}
        options={[
          { value: ALL, label: text.anything },
          ...HAPPENING_NAMES.map((value) => ({ value, label: text.happenings[value] })),
        ]}
        onChange={(value) => setParameters({ what: value === ALL ? null : value })}
        className="h-8! w-auto!"
      />
      <Select
        label={text.who}
        value={actor ?? ALL}
        options={[
          { value: ALL, label: text.anybody },
          ...ACTORS.map((value) => ({ value, label: text.actors[value] })),
        ]}
        onChange={(value) => setParameters({ actor: value === ALL ? null : value })}
        className="h-8! w-auto!"
      />
      {run === null ? null : (
        <p className="flex items-center gap-2 text-muted">
          {text.ofRun}
          <Button variant="ghost" size="small" onClick={() => setParameters({ run: null })}>
            {text.allRuns}
          </Button>
        </p>
      )}
    </div>
  );
}
