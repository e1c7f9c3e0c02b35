import { element, keepKeys, saveLater, setText } from "./assets/dom.js";

let quizzes = 0; // radio buttons of one question share a name that no other question on the page has

function html(tag, attributes, source) {
  const node = element(tag, attributes);
  node.innerHTML = source; // made by rnn_course.widgets.markup, which escapes everything it does not mark up
  return node;
}

/** One choice: radio button, text, and under it the answer to it, hidden until it is checked. */
class Choice {
  constructor(group, index, { choice, text, answer }) {
    // Not every screen reader takes a label's maths for text, so the text is given as well.
    this.radio = element("input", { type: "radio", name: group, value: String(index), "aria-label": text });
    this.verdict = element("strong", {});
    this.answer = element("div", { class: "rnn-answer", hidden: true }, this.verdict, " ", html("span", {}, answer));
    const label = element("label", {}, this.radio, html("span", {}, choice));
    this.node = element("div", { class: "rnn-choice" }, label, this.answer);
  }
  reveal(right) {
    setText(this.verdict, right ? "✓ Right." : "✗ Not this one.");
    this.node.classList.add(right ? "rnn-right" : "rnn-wrong");
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
  const save = saveLater(model);

  const choices = model.get("choices_html").map((choice, i) => new Choice(group, i, { choice, text: texts[i], answer: answers[i] }));
  const check = element("button", { type: "submit", class: "rnn-primary" }, "Check");
  const others = element("button", { type: "button", hidden: true }, "Why not the others?");
  const again = element("button", { type: "button", hidden: true }, "Start again");
  const status = element("p", { class: "rnn-quiz-status", role: "status", "aria-live": "polite" });
  const form = element(
    "form",
    { class: "rnn-widget rnn-quiz" },
    element(
      "fieldset",
      {},
      html("legend", {}, model.get("question_html")),
      ...choices.map((choice) => choice.node),
    ),
    element("div", { class: "rnn-quiz-buttons" }, check, others, again),
    status,
  );
  keepKeys(form);

  function show() {
    const chosen = model.get("chosen_index");
    const solved = model.get("solved");
    choices.forEach((choice, i) => {
      choice.radio.disabled = solved && !choice.radio.checked;
      if (i === chosen) choice.reveal(i === correct);
      else if (!solved) choice.conceal();
    });
    if (chosen >= 0) choices[chosen].radio.checked = true;
    check.hidden = solved;
    others.hidden = !solved || choices.every((choice) => !choice.answer.hidden);
    again.hidden = !solved;
    setText(status, sentence(chosen, solved));
    // The answer stands beside its choice; a screen reader is told it as well.
    const spoken = chosen < 0 ? "" : choices[chosen].answer.textContent;
    status.setAttribute("data-spoken", spoken);
    setText(told, spoken);
  }

  const told = element("div", { class: "rnn-unseen-by-eye", role: "status", "aria-live": "polite" });
  form.append(told);

  function sentence(chosen, solved) {
    const tries = model.get("tries");
    if (solved) return tries === 1 ? "Right at the first try." : `Right, after ${tries} tries.`;
    if (chosen >= 0) return "Choose again.";
    return "";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = choices.findIndex((choice) => choice.radio.checked);
    if (chosen < 0) {
      setText(status, "Choose one first.");
      return;
    }
    model.set("chosen_index", chosen);
    model.set("tries", model.get("tries") + 1);
    model.set("solved", chosen === correct);
    model.set("finding", choices[chosen].answer.textContent);
    save();
    show();
    if (chosen === correct) (others.hidden ? again : others).focus();
  });
  others.addEventListener("click", () => {
    choices.forEach((choice, i) => choice.reveal(i === correct));
    others.hidden = true;
    again.focus();
  });
  again.addEventListener("click", () => {
    choices.forEach((choice) => {
      choice.radio.checked = false;
      choice.radio.disabled = false;
    });
    model.set("chosen_index", -1);
    model.set("tries", 0);
    model.set("solved", false);
    model.set("finding", "");
    save();
    show();
    choices[0].radio.focus();
  });

  model.on("change:chosen_index change:solved change:tries", show);
  show();
  el.append(form);
  return () => {
    save.now();
    model.off("change:chosen_index change:solved change:tries", show);
  };
}

export default { render };
