import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconCreditCard } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import type { PaymentMethod } from '../../shared/rest/types.ts';
import { useMethods } from '../queries.ts';
import { AddMethodButton } from './add-method-button.tsx';
import { DefaultMethodDialog } from './default-method-dialog.tsx';
import { RemoveMethodDialog } from './remove-method-dialog.tsx';
import { SetupResult } from './setup-result.tsx';

interface Asking {
  what: 'default' | 'remove';
  method: PaymentMethod;
}

export function MethodsPage(): ReactNode {
  const { t } = useTranslation();
  const methods = useMethods();
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      <PageHeader
        title={t('nav.methods')}
        text={t('methods.text')}
        actions={<AddMethodButton returnTo="/payment-methods" />}
      />
      <SetupResult />
      <Loaded query={methods}>
        {(list) =>
          list.length === 0 ? (
            <Paper>
              <EmptyState title={t('methods.none')} text={t('methods.noneText')} />
            </Paper>
          ) : (
            <Stack component="ul" gap="sm" p={0} m={0}>
              {list.map((method) => (
                <MethodRow
                  key={method.payment_method_id}
                  method={method}
                  onAsk={(what) => setAsking({ what, method })}
                />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {asking?.what === 'default' && <DefaultMethodDialog method={asking.method} onClose={close} />}
      {asking?.what === 'remove' && <RemoveMethodDialog method={asking.method} onClose={close} />}
    </>
  );
}

function MethodRow({ method, onAsk }: { method: PaymentMethod; onAsk: (what: Asking['what']) => void }): ReactNode {
  const { t } = useTranslation();
  const name = useMethodName()(method);
  return (
    <Paper component="li" p="md" display="block">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <IconCreditCard aria-hidden />
          <div>
            <Group gap="xs">
              <Text fw={600}>{name}</Text>
              {method.default && <Badge color="green">{t('methods.default')}</Badge>}
            </Group>
            {method.exp_month !== null && method.exp_year !== null && (
              <Text size="sm" c="dimmed">
                {t('methods.expires', { month: String(method.exp_month).padStart(2, '0'), year: method.exp_year })}
              </Text>
            )}
          </div>
        </Group>
        <Group gap="xs">
          {!method.default && (
            <Button
              size="xs"
              variant="default"
              onClick={() => onAsk('default')}
              aria-label={t('methods.makeDefaultOf', { name })}
            >
              {t('methods.makeDefault')}
            </Button>
          )}
          <Button
            size="xs"
            variant="subtle"
            color="red"
            onClick={() => onAsk('remove')}
            aria-label={t('methods.removeOf', { name })}
          >
            {t('methods.remove')}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
