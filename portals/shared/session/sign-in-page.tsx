import { Button, Center, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Brand } from '../frame/brand.tsx';

/** A way in: what to do, and where one button leads there. */
export function SignInPage(props: {
  title: string;
  text: string;
  action?: { label: string; href: string };
}): ReactNode {
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper shadow="sm" w="100%" maw={420} p="xl">
        <Stack>
          <Brand />
          <Title order={1}>{props.title}</Title>
          <Text c="dimmed">{props.text}</Text>
          {props.action && (
            <Button component="a" href={props.action.href} size="md" fullWidth>
              {props.action.label}
            </Button>
          )}
        </Stack>
      </Paper>
    </Center>
  );
}
