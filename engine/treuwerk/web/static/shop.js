// Only comfort: what the balance would be for so many pieces. Without this file it is told for one.
const form = document.querySelector("form[data-points]");
const way = document.querySelector(".balance-way");

if (form && way) {
  const { points, balance } = form.dataset;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const [, price, after] = way.querySelectorAll("dd");
  const field = form.querySelector("input[name=quantity]");

  field.addEventListener("input", () => {
    const pieces = Number(field.value);
    if (!Number.isInteger(pieces) || pieces < 1) return;
    const left = Number(balance) - pieces * Number(points);
    price.textContent = `\u2212${number.format(pieces * Number(points))}`;
    after.textContent = number.format(left).replace("-", "\u2212");
    way.toggleAttribute("data-short", left < 0);
  });
}
