import { expect, test } from './fixtures.ts';
import { bookSoon, enterRoom, leaveRoom, signIn } from '../support/lesson.ts';
import { mediaStats } from '../support/media.ts';

test('a lesson from booking to review', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  const id = await bookSoon(student, 'Daniel Okafor', 'Talking about light');

  await test.step('the teacher is told', async () => {
    await teacher.goto('/notices');
    await expect(teacher.getByText('booked Talking about light').first()).toBeVisible();
  });

  await enterRoom(student, id);
  await enterRoom(teacher, id);

  await test.step('both see and hear each other', async () => {
    for (const page of [student, teacher]) {
      await expect.poll(async () => (await mediaStats(page)).framesDecoded).toBeGreaterThan(100);
      await expect.poll(async () => (await mediaStats(page)).totalAudioEnergy).toBeGreaterThan(0);
    }
    await expect(student.getByLabel('Daniel Okafor’s camera')).toBeVisible();
    await expect(teacher.getByLabel('Tom Becker’s camera')).toBeVisible();
  });

  await test.step('a screen arrives', async () => {
    await teacher.getByRole('button', { name: 'Show your screen' }).click();
    await expect(student.getByText('Daniel is showing a screen')).toBeVisible();
    await expect.poll(async () => (await mediaStats(student)).screenFrames).toBeGreaterThan(0);
    await teacher.getByRole('button', { name: 'Stop showing your screen' }).click();
    await expect(student.getByText('Daniel is showing a screen')).toBeHidden();
  });

  await test.step('what is written is read, and kept', async () => {
    await student.getByRole('button', { name: 'Chat' }).click();
    await student.getByLabel('Write to Daniel').fill('Is light a wave?');
    await student.getByRole('button', { name: 'Send' }).click();
    await teacher.getByRole('button', { name: 'Chat, 1 new' }).click();
    await expect(teacher.getByText('Is light a wave?')).toBeVisible();
  });

  await test.step('a muted microphone and a raised hand are seen', async () => {
    await student.getByRole('button', { name: 'Turn microphone off' }).click();
    await expect(teacher.getByRole('img', { name: 'Microphone off' })).toBeVisible();
    await student.getByRole('button', { name: 'Raise your hand' }).click();
    await expect(teacher.getByRole('img', { name: 'Hand raised' })).toBeVisible();
  });

  await test.step('afterwards it can be reviewed', async () => {
    await leaveRoom(teacher);
    await leaveRoom(student);
    await student.getByRole('radio', { name: '5, excellent' }).press('Space');
    await student.getByRole('button', { name: 'Send review' }).click();
    await expect(
      student.getByText('Your review is kept until Daniel has written too'),
    ).toBeVisible();
    await teacher.getByRole('radio', { name: '4, good' }).press('Space');
    await teacher.getByRole('button', { name: 'Send review' }).click();
    await expect(teacher.getByText('Your review is published')).toBeVisible();
    await student.goto('/history');
    await student.getByRole('button', { name: /What happened in Talking about light/ }).click();
    await expect(student.getByText('Is light a wave?')).toBeVisible();
  });
});

test('a cancelled lesson closes its room', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const teacher = await signIn(chromium, api, 'Daniel Okafor');
  const id = await bookSoon(student, 'Daniel Okafor', 'Counting to ten');
  await enterRoom(student, id);
  await teacher.goto(`/lessons/${id}`);
  await teacher.getByRole('button', { name: 'Cancel lesson' }).click();
  await teacher.getByLabel(/^Why/).fill('I have lost my voice.');
  await teacher.getByRole('dialog').getByRole('button', { name: 'Cancel lesson' }).click();
  await expect(
    student.getByRole('heading', { name: 'Daniel cancelled this lesson' }),
  ).toBeVisible();
  await expect(student.getByText('I have lost my voice.')).toBeVisible();
});

test('a third person is refused', async ({ server, chromium }) => {
  const { api } = server.ready;
  const student = await signIn(chromium, api, 'Tom Becker');
  const stranger = await signIn(chromium, api, 'Mira Haddad');
  const id = await bookSoon(student, 'Daniel Okafor', 'Asking the way');
  await stranger.goto(`/lessons/${id}/room`);
  await expect(
    stranger.getByRole('heading', { name: /There is nothing here|This is not yours to open/ }),
  ).toBeVisible();
  const status = await stranger.evaluate(
    async ([session, token]) => {
      const headers = { Authorization: `Bearer ${token}` };
      return (await fetch(`/api/sessions/${session}/join`, { method: 'POST', headers })).status;
    },
    [id, await stranger.evaluate(() => sessionStorage.getItem('lectern.token'))] as const,
  );
  expect([403, 404]).toContain(status);
});
