'use client';

import { OptionList } from '@/components/tasks/pickers/option-list';
import { Popover } from '@/components/ui/popover';
import type { Task } from '@/lib/api';
import { dialogsMessages } from '@/lib/messages/dialogs';
import { possibleWholes } from '@/lib/tasks/nesting';
import { useTasks } from '@/lib/tasks/provider';

const text = dialogsMessages.task;

type Props = { task: Task; anchor: HTMLElement; onChoose: (whole: string) => void; onClose: () => void };

/** The task that another becomes a part of. */
export default function WholePicker({ task, anchor, onChoose, onClose }: Props) {
  const { byId } = useTasks();
  const options = possibleWholes(task, byId).map(({ id, title }) => ({ value: id, label: title, isChosen: false }));
  const choose = (whole: string) => {
    onChoose(whole);
    onClose();
  };
  return (
    <Popover anchor={anchor} label={text.makeSubtask} onClose={onClose} className="w-68">
      <OptionList label={text.makeSubtask} options={options} onChoose={choose} />
    </Popover>
  );
}
