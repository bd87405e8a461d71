import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

/** The page's name, also of the window, with what can be done on the whole of it. */
export function PageHeader(props: { title: string; text?: ReactNode; actions?: ReactNode }): ReactNode {
  useEffect(() => {
    document.title = `${props.title} · RedCore`;
  }, [props.title]);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <Stack gap={4} miw={0}>
        <Title order={1} className="break-anywhere">
          {props.title}
        </Title>
        {props.text && (
          <Text c="dimmed" size="sm" component="div">
            {props.text}
          </Text>
        )}
      </Stack>
      {props.actions && <Group gap="sm">{props.actions}</Group>}
    </Group>
  );
}
