import { Stack, Text, ThemeIcon } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** Nothing here: why, and what to do about it where something can be done. */
export function EmptyState(props: { title: string; text?: string | undefined; action?: ReactNode }): ReactNode {
  return (
    <Stack align="center" gap="xs" py="lg" px="sm" ta="center">
      <ThemeIcon variant="light" color="gray" size={44} radius="xl">
        <IconInbox size={24} aria-hidden />
      </ThemeIcon>
      <Text fw={600}>{props.title}</Text>
      {props.text && (
        <Text size="sm" c="dimmed" maw={420}>
          {props.text}
        </Text>
      )}
      {props.action}
    </Stack>
  );
}
