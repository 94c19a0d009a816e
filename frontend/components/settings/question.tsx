import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { settingsMessages } from '@/lib/messages/settings';

type Props = {
  title: string;
  /** What it is about, or what comes of it. */
  description: string;
  /** What the button says that does it. */
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
};

/** Before something that no undo takes back. */
export function Question({ title, description, confirm, onConfirm, onClose }: Props) {
  return (
    <Dialog isOpen onClose={onClose} title={title} description={description} className="max-w-md">
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>{settingsMessages.cancel}</Button>
        <Button variant="danger" onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
