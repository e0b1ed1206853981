/** Drives the dashboard in a frame, for browsers that have no driver. Its exports are called from the test. */

/** Opens it, runs one case briefly, and gives what it shows. */
export async function runOnce(address: string, contenders: readonly string[]): Promise<readonly string[]> {
  const frame = document.createElement('iframe')
  frame.src = address
  frame.width = '1280'
  frame.height = '900'
  document.body.append(frame)
  const find = (selector: string, text: string): Promise<Element> =>
    until(() =>
      [...(frame.contentDocument?.querySelectorAll(selector) ?? [])].find((each) =>
        each.textContent?.trim().startsWith(text),
      ),
    )
  const press = async (selector: string, text: string): Promise<void> => {
    const found = await find(selector, text)
    const target = found.querySelector('input') ?? found
    target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
  }
  await press('label', 'Small')
  await press('summary', 'Single cases')
  await press('.many label', 'lstm-step')
  for (const name of contenders) await press('fieldset label', name)
  const effort = await until(() => frame.contentDocument?.querySelector('select'))
  effort.value = 'brief'
  effort.dispatchEvent(new Event('change', { bubbles: true }))
  await press('button.primary', 'Run')
  await find('.progress p', 'Done.')
  const cells = frame.contentDocument?.querySelectorAll('table.cases tbody tr :is(th, td)') ?? []
  return [...cells].map((cell) => cell.textContent ?? '')
}

/** Waits for something to be there. */
async function until<Found>(look: () => Found | null | undefined): Promise<Found> {
  for (;;) {
    const found = look()
    if (found !== null && found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
