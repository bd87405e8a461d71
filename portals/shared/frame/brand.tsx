import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Brand(props: { name?: string }): ReactNode {
  return (
    <Group gap="xs" wrap="nowrap" miw={0}>
      <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <circle cx="13" cy="13" r="11" fill="none" stroke="#3b5bdb" strokeWidth="3" strokeDasharray="52 18" />
        <circle cx="13" cy="13" r="5" fill="#e03131" />
      </svg>
      <Text fw={700} truncate>
        {props.name ?? 'RedCore'}
      </Text>
    </Group>
  );
}
