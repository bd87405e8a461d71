import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Shown once: nobody can read them again, not even the platform. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Alert variant="light" icon={<IconKey aria-hidden />} title={t('account.codes')} role="status">
        {t('account.codesText')}
      </Alert>
      <SimpleGrid
        component="ul"
        aria-label={t('account.codes')}
        cols={{ base: 1, xs: 2 }}
        spacing="xs"
        maw={420}
        m={0}
        p={0}
      >
        {codes.map((code) => (
          <Text component="li" key={code} ff="monospace" className="plain-item">
            {code}
          </Text>
        ))}
      </SimpleGrid>
      <Group>
        <Button onClick={onDone}>{t('account.codesKept')}</Button>
      </Group>
    </Stack>
  );
}
