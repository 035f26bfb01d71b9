import t from "tap";
import { didYouMean, nearestTo } from "#src/domain/nearest";

const IDS = ["lambda-code:shop-pay", "lambda-config:shop-pay", "lambda-code:shop-cart", "stack-resource:shop/Orders"];

t.test(
  "a misspelt name, and one without its kind or its stack, lead to what may be meant, the nearest first",
  async (t) => {
    t.equal(nearestTo("lambda-code:shop-pya", IDS)[0], "lambda-code:shop-pay");
    t.same(nearestTo("shop-pay", IDS).slice(0, 2), ["lambda-code:shop-pay", "lambda-config:shop-pay"]);
    t.same(nearestTo("ordres", IDS), ["stack-resource:shop/Orders"]);
    t.equal(didYouMean("shop-crat", ["shop-cart"]), " Did you mean shop-cart?");
  },
);

t.test("a name that is far from all others leads to nothing, and at most three are named", async (t) => {
  t.equal(didYouMean("billing", IDS), "");
  t.equal(didYouMean("b", ["a", "c"]), "", "another letter is no misspelling");
  t.equal(nearestTo("shop-1", ["shop-2", "shop-3", "shop-4", "shop-5"]).length, 3);
});
