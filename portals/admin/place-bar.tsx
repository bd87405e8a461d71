import { Button, NativeSelect, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format/use-format.ts';
import { notifyFailed } from '../shared/parts/notices.ts';
import { useProblemText } from '../shared/parts/use-problem-text.ts';
import { answered, rest } from '../shared/rest/client.ts';
import { useSession } from '../shared/session/session-context.tsx';

/** Where one is: the other businesses one belongs to, or, for an operator, the way out again. */
export function PlaceBar(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const problemText = useProblemText();
  const { name, tenant, places, entered } = useSession();
  const options = {
    // Another business is another page: nothing of before stays in memory.
    onSuccess: () => location.assign('/admin/'),
    onError: (error: unknown) => notifyFailed(problemText(error)),
  };
  const change = useMutation({
    mutationFn: (tenant_id: string) => answered(rest.POST('/v1/session/tenant', { body: { tenant_id } })),
    ...options,
  });
  const leave = useMutation({ mutationFn: () => answered(rest.POST('/v1/session/leave', { body: {} })), ...options });
  if (entered !== null) {
    return (
      <Button size="xs" color="red" loading={leave.isPending} onClick={() => leave.mutate()}>
        {t('outside.leave', { until: format.instant(entered.until) })}
      </Button>
    );
  }
  return (
    <>
      {places.length > 1 && (
        <NativeSelect
          aria-label={t('outside.tenant')}
          w={{ base: 120, sm: 200 }}
          value={tenant.id}
          data={places.map((place) => ({ value: place.tenant_id, label: place.name }))}
          onChange={({ currentTarget }) => change.mutate(currentTarget.value)}
        />
      )}
      <Text size="sm" truncate visibleFrom="sm">
        {name}
      </Text>
    </>
  );
}
