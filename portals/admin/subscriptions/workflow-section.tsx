import { Anchor } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { Section } from '../../shared/parts/section.tsx';
import type { Subscription, Workflow } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { workflowQuery } from './workflow-query.ts';

/** What carries the subscription out, for whoever may repair it. */
export function WorkflowSection({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const mayRepair = useMay('operations:repair');
  const workflow = useQuery({ ...workflowQuery(subscription), enabled: mayRepair });
  if (!mayRepair) return null;
  return (
    <Section title={t('workflow.title')}>
      <Loaded query={workflow}>{(data) => <WorkflowFacts workflow={data} />}</Loaded>
    </Section>
  );
}

function WorkflowFacts({ workflow }: { workflow: Workflow }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { workflow_id, namespace, url, next, wake_at, sleeping_until, last_result, failed_tries } = workflow;
  const exactOr = (at: string | null, otherwise: string) => (at === null ? otherwise : format.exact(at));
  const duty = t(`duty.${next.kind}`, { defaultValue: next.kind });
  const id =
    url === null ? (
      workflow_id
    ) : (
      <Anchor href={url} target="_blank" rel="noreferrer" size="sm">
        {workflow_id} <IconExternalLink size={14} role="img" aria-label={t('workflow.opens')} />
      </Anchor>
    );
  const fields = [
    { label: t('workflow.id'), value: id },
    { label: t('workflow.namespace'), value: namespace },
    { label: t('workflow.next'), value: next.at === null ? duty : `${duty} · ${format.exact(next.at)}` },
    { label: t('workflow.wakes'), value: exactOr(wake_at, t('workflow.notByItself')) },
    { label: t('workflow.sleeps'), value: exactOr(sleeping_until, t('workflow.notByItself')) },
    { label: t('workflow.last'), value: last_result === '' ? '–' : last_result },
  ];
  const tries = { label: t('workflow.tries'), value: format.number(failed_tries) };
  return <FieldList fields={failed_tries === 0 ? fields : [...fields, tries]} />;
}
