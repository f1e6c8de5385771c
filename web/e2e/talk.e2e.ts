// Talking: rooms, messages, mentions, threads, receipts, direct messages, and what happens when the node goes away.
import { describe, expect, test } from 'vitest';
import { composer, enter, messages, openPage, say, stored } from './browser.ts';
import { browser, journeys, node, watched } from './setup.ts';

journeys();

describe('coming in', () => {
  test('without a session there is the sign-in page, and a wrong password is explained', async () => {
    const { page } = watched;
    await page.goto(node.url);
    await page.getByLabel('User name').fill('nobody');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).not.toMatch(/undefined|\[object/);
  });

  test('a link signs in once, and a room is set up and written in by keyboard alone', async () => {
    const { page } = watched;
    const link = await node.link();
    await page.goto(link);
    await page.getByText('live', { exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('set up');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Name').fill('Build Bench');
    await page.getByText('build-bench').first().waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has been said here yet').waitFor();
    expect(new URL(page.url()).pathname).toBe('/r/build-bench');
    await page.keyboard.press('c');
    await page.keyboard.type('first words');
    await page.keyboard.press('Enter');
    await stored(page, 'first words').waitFor();
    await page.reload();
    await stored(page, 'first words').waitFor();
    const other = await openPage(browser, node);
    await other.page.goto(link);
    await other.page.goto(node.url);
    await other.page.getByRole('button', { name: 'Sign in' }).waitFor();
    await other.close();
  });
});

describe('in a room', () => {
  test('others are heard at once, counted while unread, and told when they are read', async () => {
    await node.room('harbour', 'Ships');
    await node.room('quay');
    const rex = await node.actor('rex', 'agent');
    await rex.join('harbour');
    const page = await enter(watched, node, '/r/quay');
    await page.getByText('Nothing has been said here yet').waitFor();
    await rex.post('harbour', 'a ship has come in');
    const link = page.getByRole('link', { name: /^harbour 1/ });
    await link.click();
    await stored(page, 'a ship has come in').waitFor();
    await page.getByRole('link', { name: 'harbour', exact: true }).waitFor();
    await say(page, 'which one');
    const mine = stored(page, 'which one');
    await mine.waitFor();
    await rex.ack(Number((await mine.getAttribute('data-message'))!.slice(1)));
    await page.getByText('Seen by rex').waitFor();
  });

  test('a mention is completed by keyboard and marked', async () => {
    await node.room('mentions');
    const mia = await node.actor('mia', 'agent');
    await mia.join('mentions');
    const page = await enter(watched, node, '/r/mentions');
    await composer(page).fill('hello @mi');
    await page.getByRole('option', { name: 'mia' }).waitFor();
    await composer(page).press('Tab');
    await composer(page).press('Enter');
    await page.getByRole('button', { name: '@mia' }).click();
    await page.getByRole('complementary', { name: 'Participant' }).getByRole('heading', { name: 'mia' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Participant' }).waitFor({ state: 'detached' });
  });

  test('a thread has its own place, and answers from both sides arrive in it', async () => {
    await node.room('threads');
    const tom = await node.actor('tom', 'bot');
    await tom.join('threads');
    const root = await tom.post('threads', 'the question');
    const page = await enter(watched, node, '/r/threads');
    await stored(page, 'the question').hover();
    await page.getByRole('button', { name: 'Open the thread' }).click();
    expect(new URL(page.url()).pathname).toBe(`/r/threads/t/${root.id}`);
    const panel = page.getByRole('complementary', { name: 'Thread' });
    await panel.getByRole('textbox').fill('my answer');
    await panel.getByRole('textbox').press('Enter');
    await panel.locator('article[data-message]', { hasText: 'my answer' }).waitFor();
    await tom.post('threads', 'its answer', { reply_to: root.id });
    await panel.locator('article[data-message]', { hasText: 'its answer' }).waitFor();
    await panel.getByText('2 answers').waitFor();
    await messages(page).getByRole('button', { name: '2 answers' }).waitFor();
  });

  test('own messages are edited and deleted; what others edit changes here', async () => {
    await node.room('edits');
    const eva = await node.actor('eva', 'human');
    await eva.join('edits');
    const page = await enter(watched, node, '/r/edits');
    await say(page, 'tpyo');
    await stored(page, 'tpyo').waitFor();
    await composer(page).press('ArrowUp');
    await page.getByRole('textbox', { name: 'Edit the message' }).fill('typo');
    await page.keyboard.press('Enter');
    await stored(page, 'typo').getByText('edited').waitFor();
    await stored(page, 'typo').hover();
    await stored(page, 'typo').getByRole('button', { name: 'More about this message' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for everybody' }).click();
    await page.getByText('This message was deleted.').waitFor();
    const hers = await eva.post('edits', 'before');
    await stored(page, 'before').waitFor();
    await eva.edit(hers.id, 'after');
    await stored(page, 'after').waitFor();
  });

  test('nothing that is written becomes markup or a dangerous link', async () => {
    await node.room('safe');
    const page = await enter(watched, node, '/r/safe');
    await say(
      page,
      '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) **<b>bold</b>** https://example.org',
    );
    await stored(page, 'onerror').waitFor();
    const inside = stored(page, 'onerror');
    expect(await inside.locator('img, b b, strong b').count()).toBe(0);
    expect(await inside.locator('a').evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href))).toEqual([
      'https://example.org/',
    ]);
    expect(await inside.locator('a').first().getAttribute('rel')).toContain('noopener');
  });

  test('a long history comes while scrolling up, in order, with a bounded number of rows', async () => {
    await node.room('long');
    const ann = await node.actor('ann', 'agent');
    await ann.join('long');
    for (let number = 1; number <= 320; number++) await ann.post('long', `line ${number} of the log`);
    const page = await enter(watched, node, '/r/long');
    // All of it is unread, so the room opens at its beginning.
    await page.getByRole('button', { name: /Newest|new message/ }).click();
    await stored(page, 'line 320 of').waitFor();
    const list = messages(page);
    // Scrolls up until the first line stands at the top, each time as soon as what came before stands there.
    await list.evaluate(async (scroller) => {
      const first = () => /line (\d+) of/.exec(scroller.querySelector('article')?.textContent ?? '')?.[1];
      while (first() !== '1') {
        const before = first();
        await new Promise<void>((done) => {
          const grown = new MutationObserver(() => {
            if (first() === before) return;
            grown.disconnect();
            // The list moves back to where the reader was before it takes the next turn.
            requestAnimationFrame(() => requestAnimationFrame(() => done()));
          });
          grown.observe(scroller, { childList: true, subtree: true });
          scroller.scrollTop = 0;
        });
      }
    });
    await page.getByText('line 1 of the log', { exact: true }).waitFor();
    expect(await list.locator('article').count()).toBeLessThanOrEqual(180);
    const numbers = await list
      .locator('article')
      .evaluateAll((all) => all.map((one) => Number(/line (\d+) of/.exec(one.textContent ?? '')?.[1])));
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
    await page.getByRole('button', { name: /Newest|new message/ }).click();
    await stored(page, 'line 320 of').waitFor();
  });
});

describe('to one person', () => {
  test('a direct conversation begins from the palette and goes both ways', async () => {
    const dan = await node.actor('dan', 'human');
    const page = await enter(watched, node);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('dan');
    await page.getByRole('option', { name: /write to this person/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('This is the beginning').waitFor();
    await say(page, 'just between us');
    await stored(page, 'just between us').waitFor();
    await dan.send(node.owner.handle, 'indeed');
    await stored(page, 'indeed').waitFor();
    expect(new URL(page.url()).pathname).toBe('/dm/dan');
  });
});

describe('finding', () => {
  test('search takes filters, stands in the address, and opens what it found', async () => {
    await node.room('library');
    const lea = await node.actor('lea', 'agent');
    await lea.join('library');
    await lea.post('library', 'the lighthouse keeper');
    await node.owner.post('library', 'the lighthouse itself');
    const page = await enter(watched, node, '/r/library');
    await page.keyboard.press('/');
    await page.getByRole('searchbox').fill('lighthou');
    await page.getByText('2 messages').waitFor();
    await page.getByLabel('From').selectOption('lea');
    await page.getByText('1 message', { exact: true }).waitFor();
    expect(page.url()).toContain('q=lighthou');
    expect(page.url()).toContain('from=lea');
    await page.getByRole('link', { name: /keeper/ }).click();
    await stored(page, 'keeper').waitFor();
    expect(await stored(page, 'keeper').evaluate((row) => row.classList.contains('linked'))).toBe(true);
  });

  test('the keys are shown, and a room that is not there says so', async () => {
    const page = await enter(watched, node, '/r/nowhere-at-all');
    await page.getByText("There is no room 'nowhere-at-all'").waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe('when the node goes away', () => {
  test('what is written meanwhile is kept, said to be kept, and sent exactly once', async () => {
    await node.room('storm');
    const page = await enter(watched, node, '/r/storm');
    await say(page, 'before the storm');
    await stored(page, 'before the storm').waitFor();
    // The push may be faster than the answer; without that the page still counts the message as not sent.
    await page.getByText('not sent yet').waitFor({ state: 'detached' });
    await node.stop();
    await page.getByText('Not connected.').waitFor();
    await say(page, 'during the storm');
    await page.getByText('Kept in this browser until the node is back').waitFor();
    await page.getByText('1 not sent yet').waitFor();
    await node.start();
    // It may have come back by itself in the meantime; then there is nothing to press.
    const back = stored(page, 'during the storm').waitFor();
    const pressed = page.getByRole('button', { name: 'Try now' }).click();
    pressed.catch(() => {});
    await Promise.race([pressed, back]);
    await back;
    await page.reload();
    await stored(page, 'during the storm').waitFor();
    expect(await stored(page, 'during the storm').count()).toBe(1);
    expect(await stored(page, 'before the storm').count()).toBe(1);
  });

  test('a push that was lost on the way is noticed and fetched', async () => {
    await node.room('gaps');
    const gus = await node.actor('gus', 'agent');
    await gus.join('gaps');
    let lost = 0;
    await watched.page.routeWebSocket(/\/ws$/, (page) => {
      const server = page.connectToServer();
      server.onMessage((frame) => {
        // Only the push is lost; what is fetched afterwards comes in a frame of its own.
        if (lost === 0 && /"push":.*lost on the way/.test(String(frame))) lost++;
        else page.send(frame);
      });
    });
    const page = await enter(watched, node, '/r/gaps');
    await page.getByText('Nothing has been said here yet').waitFor();
    await gus.post('gaps', 'lost on the way');
    await gus.post('gaps', 'came through');
    await stored(page, 'came through').waitFor();
    await stored(page, 'lost on the way').waitFor();
    expect(lost).toBe(1);
    expect(await messages(page).locator('article').count()).toBe(2);
  });

  test('what is said, edited and deleted while a room is being read stands there', async () => {
    await node.room('rush');
    const ada = await node.actor('ada', 'agent');
    await ada.join('rush');
    const [edited, deleted] = [await ada.post('rush', 'as it was'), await ada.post('rush', 'soon gone')];
    let asked = '';
    let answered = () => {};
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    let pass = () => {};
    const overtaken = new Promise<void>((resolve) => {
      pass = resolve;
    });
    await watched.page.routeWebSocket(/\/ws$/, (page) => {
      const server = page.connectToServer();
      page.onMessage((frame) => {
        asked ||= /"id":(\d+),"call":"message.list"/.exec(String(frame))?.[1] ?? '';
        server.send(frame);
      });
      server.onMessage((frame) => {
        const text = String(frame);
        if (asked && text.startsWith(`{"id":${asked},`)) {
          // The node has answered, and what happens from here on overtakes its answer.
          answered();
          void overtaken.then(() => page.send(frame));
        } else {
          page.send(frame);
          if (/"push":.*message.deleted/.test(text)) pass();
        }
      });
    });
    const page = await enter(watched, node, '/r/rush');
    await answer;
    await ada.post('rush', 'in between');
    await ada.edit(edited.id, 'as it is');
    await ada.remove(deleted.id);
    await stored(page, 'in between').waitFor();
    await stored(page, 'as it is').waitFor();
    expect(await stored(page, 'as it was').count()).toBe(0);
    expect(await stored(page, 'soon gone').count()).toBe(0);
    expect(await messages(page).locator('article').count()).toBe(3);
  });

  test('a message is on the screen before the node has it, and only once when it has', async () => {
    await node.room('swift');
    let release = () => {};
    const go = new Promise<void>((resolve) => {
      release = resolve;
    });
    await watched.page.routeWebSocket(/\/ws$/, (page) => {
      const server = page.connectToServer();
      page.onMessage((frame) => {
        if (/"message\.post"/.test(String(frame))) void go.then(() => server.send(frame));
        else server.send(frame);
      });
    });
    const page = await enter(watched, node, '/r/swift');
    await say(page, 'quick as light');
    const row = messages(page).locator('article', { hasText: 'quick as light' });
    await row.getByText('Sending').waitFor();
    expect(await stored(page, 'quick as light').count()).toBe(0);
    release();
    await stored(page, 'quick as light').waitFor();
    await row.nth(1).waitFor({ state: 'detached' });
  });
});
