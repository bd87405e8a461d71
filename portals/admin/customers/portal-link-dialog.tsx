import { Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { answered, rest } from '../../shared/rest/client.ts';

interface Link {
  url: string;
  expires_at: string;
}

/** A link that signs the customer in once: shown, and never again. */
export function PortalLinkDialog({ customerId, onClose }: { customerId: string; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [link, setLink] = useState<Link | null>(null);
  async function make(): Promise<false> {
    const params = { path: { customer_id: customerId } };
    setLink(await answered(rest.POST('/v1/customers/{customer_id}/portal-session', { params, body: {} })));
    return false;
  }
  return (
    <IntentDialog
      title={t('portalLink.title')}
      confirm={t(link === null ? 'portalLink.make' : 'portalLink.another')}
      onConfirm={make}
      onClose={onClose}
    >
      <Text size="sm">{t('portalLink.text')}</Text>
      {link && (
        <TextInput
          label={t('portalLink.link')}
          description={t('portalLink.until', { at: format.exact(link.expires_at) })}
          readOnly
          value={link.url}
          onFocus={(event) => event.currentTarget.select()}
        />
      )}
    </IntentDialog>
  );
}
