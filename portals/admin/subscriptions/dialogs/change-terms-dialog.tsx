import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { paths } from '../../../../contracts/generated/rest.gen.ts';
import { IntentDialog } from '../../../shared/parts/intent-dialog.tsx';
import { PreviewPanel } from '../../../shared/parts/preview-panel.tsx';
import { useRefresh } from '../../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../../shared/rest/client.ts';
import type { Subscription } from '../../../shared/rest/types.ts';

type ChangeBody = NonNullable<
  paths['/v1/subscriptions/{subscription_id}']['put']['requestBody']
>['content']['application/json'];

/** A change of what is sold or when: shown by the platform's own preview, then made. */
export function ChangeTermsDialog(props: {
  subscription: Subscription;
  title: string;
  confirm: string;
  done: string;
  /** Null until there is a change to show. */
  body: ChangeBody | null;
  /** Nothing is being typed. */
  isSettled: boolean;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const { body, subscription } = props;
  const path = { subscription_id: subscription.subscription_id };
  const preview = useQuery({
    queryKey: ['preview', path.subscription_id, body, subscription.updated_at],
    queryFn: () =>
      answered(rest.POST('/v1/subscriptions/{subscription_id}/preview', { params: { path }, body: body ?? noChange })),
    enabled: body !== null,
    retry: false,
  });
  async function change(key: string): Promise<void> {
    const call = rest.PUT('/v1/subscriptions/{subscription_id}', {
      params: { path, ...keyed(key) },
      body: body ?? noChange,
    });
    const changed = await answered(call);
    const waitsForPayment = 'pending_change' in changed && changed.pending_change?.waits_for === 'payment';
    await refresh(waitsForPayment ? t('quantity.waits') : props.done);
  }
  return (
    <IntentDialog
      title={props.title}
      confirm={props.confirm}
      disabled={body === null || !props.isSettled || preview.data === undefined}
      onConfirm={change}
      onClose={props.onClose}
    >
      {props.children}
      {body !== null && <PreviewPanel query={preview} />}
    </IntentDialog>
  );
}

const noChange: ChangeBody = { effective: 'now', proration: 'next_invoice' };
