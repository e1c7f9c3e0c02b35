import { element, keepKeys, send, setText } from "./assets/dom.js";

let quizzes = 0; // radio buttons of one question share a name that no other question on the page has

function html(tag, attributes, source) {
  const node = element(tag, attributes);
  node.innerHTML = source; // made by rnn_course.widgets.markup, which escapes everything it does not mark up
  return node;
}

/** One choice: radio button, text, and under it the answer to it, hidden until it is checked. */
class Choice {
  constructor(group, index, { choice, text, answer, right }) {
    // Not every screen reader takes a label's maths for text, so the text is given as well.
    this.radio = element("input", { type: "radio", name: group, value: String(index), "aria-label": text });
    const verdict = element("strong", {}, right ? "✓ Right." : "✗ Not this one.");
    this.answer = element("div", { class: "rnn-answer", hidden: true }, verdict, " ", html("span", {}, answer));
    const label = element("label", {}, this.radio, html("span", {}, choice));
    this.node = element("div", { class: "rnn-choice" }, label, this.answer);
    this.right = right;
  }
  reveal() {
    this.node.classList.add(this.right ? "rnn-right" : "rnn-wrong");
    this.answer.hidden = false;
  }
  conceal() {
    this.node.classList.remove("rnn-right", "rnn-wrong");
    this.answer.hidden = true;
  }
}

function render({ model, el }) {
  const correct = model.get("correct_index");
  const [texts, answers] = [model.get("choices_text"), model.get("answers_html")];
  const group = `rnn-quiz-${++quizzes}`;
  let revealAll = false;

  const choices = model
    .get("choices_html")
    .map((choice, i) => new Choice(group, i, { choice, text: texts[i], answer: answers[i], right: i === correct }));
  const check = element("button", { type: "submit", class: "rnn-primary" }, "Check");
  const others = element("button", { type: "button", onclick: showOthers }, "Why not the others?");
  const again = element("button", { type: "button", onclick: startAgain }, "Start again");
  const status = element("p", { class: "rnn-quiz-status", role: "status", "aria-live": "polite" });
  // The answer stands beside its choice; a screen reader is told it as well.
  const spoken = element("div", { class: "rnn-unseen-by-eye", role: "status", "aria-live": "polite" });
  const form = element(
    "form",
    { class: "rnn-widget rnn-quiz", onsubmit: answer },
    element("fieldset", {}, html("legend", {}, model.get("question_html")), ...choices.map(({ node }) => node)),
    element("div", { class: "rnn-quiz-buttons" }, check, others, again),
    status,
    spoken,
  );
  keepKeys(form);

  function show() {
    const chosen = model.get("chosen_index");
    const solved = model.get("solved");
    choices.forEach((choice, i) => {
      if (i === chosen || (solved && revealAll)) choice.reveal();
      else choice.conceal();
      choice.radio.disabled = solved && i !== chosen;
    });
    if (chosen >= 0) choices[chosen].radio.checked = true;
    check.hidden = solved;
    others.hidden = !solved || revealAll;
    again.hidden = !solved;
    setText(status, sentence(chosen, solved));
    setText(spoken, chosen < 0 ? "" : choices[chosen].answer.textContent);
  }

  function sentence(chosen, solved) {
    const tries = model.get("tries");
    if (solved) return tries === 1 ? "Right at the first try." : `Right, after ${tries} tries.`;
    return chosen >= 0 ? "Choose again." : "";
  }

  function answer(event) {
    event.preventDefault();
    const chosen = choices.findIndex((choice) => choice.radio.checked);
    if (chosen < 0) {
      setText(status, "Choose one first.");
      return;
    }
    send(model, {
      chosen_index: chosen,
      tries: model.get("tries") + 1,
      solved: chosen === correct,
      finding: choices[chosen].answer.textContent,
    });
    show();
    if (chosen === correct) others.focus();
  }

  function showOthers() {
    revealAll = true;
    show();
    again.focus();
  }

  function startAgain() {
    revealAll = false;
    for (const { radio } of choices) radio.checked = false;
    send(model, { chosen_index: -1, tries: 0, solved: false, finding: "" });
    show();
    choices[0].radio.focus();
  }

  const traits = ["chosen_index", "solved", "tries"];
  for (const name of traits) model.on(`change:${name}`, show);
  show();
  el.append(form);
  return () => {
    for (const name of traits) model.off(`change:${name}`, show);
  };
}

export default { render };
