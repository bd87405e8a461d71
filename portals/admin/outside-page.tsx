import { Button, Center, Paper, Stack, Text, Textarea, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Brand } from '../shared/frame/brand.tsx';
import { ProblemPanel } from '../shared/parts/problem-panel.tsx';
import { answered, rest } from '../shared/rest/client.ts';
import { signOut } from '../shared/session/sign-out.ts';
import { TenantChoice } from './tenant-choice.tsx';

/** An operator of the platform, before going into a business: which, and why. Both stand in its audit log. */
export function OutsidePage(): ReactNode {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper shadow="sm" w="100%" maw={480} p="xl">
        <Stack>
          <Brand />
          <Title order={1}>{t('outside.title')}</Title>
          <Text c="dimmed">{t('outside.text')}</Text>
          <EnterForm />
          <Button variant="subtle" onClick={() => void signOut()}>
            {t('frame.signOut')}
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}

function EnterForm(): ReactNode {
  const { t } = useTranslation();
  const [tenantId, setTenantId] = useState('');
  const [reason, setReason] = useState('');
  const enter = useMutation({
    mutationFn: () =>
      answered(rest.POST('/v1/session/enter', { body: { tenant_id: tenantId, reason: reason.trim() } })),
    // Another business is another page: nothing of before stays in memory.
    onSuccess: () => location.reload(),
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    enter.mutate();
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TenantChoice value={tenantId} onChange={setTenantId} />
        <Textarea
          label={t('outside.reason')}
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {enter.isError && <ProblemPanel error={enter.error} />}
        <Button type="submit" loading={enter.isPending} disabled={tenantId === '' || reason.trim() === ''}>
          {t('outside.enter')}
        </Button>
      </Stack>
    </form>
  );
}
