import { useMemo, useState } from 'preact/hooks'
import { gestureNames } from './gestureNames.ts'
import { useAnswer } from './reading/useAnswer.ts'
import type { Stroke } from './stroke.ts'
import { textsOf } from './texts.ts'
import { useLearning } from './useLearning.ts'
import { AddDrawing } from './view/AddDrawing.tsx'
import { Answer } from './view/Answer.tsx'
import { Classes } from './view/Classes.tsx'
import { CurveView } from './view/CurveView.tsx'
import { DrawingField } from './view/DrawingField.tsx'
import { Facts } from './view/Facts.tsx'
import { Keeping } from './view/Keeping.tsx'
import { Steering } from './view/Steering.tsx'

interface LearnInThePageProps {
  readonly language: string
  /** Held-out drawings of each gesture of the page's. */
  readonly examples: readonly (readonly Stroke[])[]
}

/** A model learns gestures in a worker, and reads what is drawn while it learns. */
export function LearnInThePage({ language, examples }: LearnInThePageProps) {
  const texts = textsOf(language)
  const learning = useLearning()
  const [stroke, setStroke] = useState<Stroke | null>(null)
  const names = [...gestureNames.map((name) => texts.names[name]), ...learning.names]
  const { probabilities, problem } = useAnswer(learning, stroke, names.length)
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1
  const said = (): string => {
    if (problem !== null) return texts.unread(problem)
    if (stroke === null) return texts.nothingDrawn
    if (learning.checkpoint === null) return texts.notTrained
    return probabilities ? texts.best(names[best] ?? '') : texts.dot
  }
  // They are many, and no report changes them.
  const classes = useMemo(
    () => (
      <Classes
        texts={texts}
        names={names}
        examples={examples}
        drawings={learning.drawings}
        best={best}
        show={setStroke}
      />
    ),
    [learning.names, learning.drawings, best],
  )
  return (
    <div class="panel learn" data-status={learning.status}>
      <Steering learning={learning} texts={texts} />
      <div class="panel-part learn-run">
        <div class="learn-drawing">
          <div class="learn-read">
            <DrawingField texts={texts} stroke={stroke} draw={setStroke} />
            <Answer texts={texts} names={names} probabilities={probabilities} said={said()} />
          </div>
          <AddDrawing
            texts={texts}
            names={names}
            isReady={stroke !== null && said() !== texts.dot}
            count={learning.drawings.length}
            add={(label, newName) => stroke && learning.add(label, stroke, newName)}
            takeBack={learning.takeBack}
          />
        </div>
        <div class="learn-progress">
          <CurveView curve={learning.curve} texts={texts} />
          <Facts learning={learning} texts={texts} />
        </div>
      </div>
      {classes}
      <Keeping learning={learning} texts={texts} />
    </div>
  )
}
