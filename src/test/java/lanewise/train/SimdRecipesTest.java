package lanewise.train;

class SimdRecipesTest extends RecipesTest {
  SimdRecipesTest() {
    super("simd", 1e-4);
  }
}
