import { Download } from 'lucide';
import { DeleteAccount } from '@/components/settings/delete-account';
import { ImportForm } from '@/components/settings/import-form';
import { Section } from '@/components/settings/section';
import { buttonClass } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { settingsMessages } from '@/lib/messages/settings';

const text = settingsMessages.data;

/** What is somebody's they can take with them, bring along, and take away. */
export function DataSettings() {
  return (
    <>
      <Section title={text.export} hint={text.exportText}>
        <a href="/api/backend/export" download className={buttonClass()}>
          <Icon of={Download} className="size-4" />
          {text.download}
        </a>
      </Section>
      <Section title={text.import} hint={text.importText}>
        <ImportForm />
      </Section>
      <Section title={text.deleteTitle} hint={text.deleteText}>
        <DeleteAccount />
      </Section>
    </>
  );
}
