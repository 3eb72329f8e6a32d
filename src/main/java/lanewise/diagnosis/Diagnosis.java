package lanewise.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Watches a training, step by step, and says once when something begins to go wrong. */
public final class Diagnosis {
  /** How many times the usual gradients are too much, where batches are much alike ... */
  private static final double EXPLODED = 10;

  /** ... and where a discriminator may judge a single picture. */
  private static final double EXPLODED_ON_ONE = 100;

  private final List<Symptom> symptoms;

  private Diagnosis(List<Symptom> symptoms) {
    this.symptoms = symptoms;
  }

  /**
   * Of a GAN.
   *
   * @param scores the meaning of the discriminator's output
   */
  public static Diagnosis ofGan(Scores scores) {
    String calm = "try a lower --lr, --norm-%s instance or layer, --spectral-norm or --r1 1";
    return new Diagnosis(
        List.of(
            new Collapse(),
            new LostModes(),
            new DiscriminatorWins(
                Rivals.ONLY,
                scores,
                "try --r1 1, a lower --lr-d, --d-steps 1, a smaller --ndf or a larger --ngf, or"
                    + " another --loss: non-saturating instead of minimax, or hinge with"
                    + " --spectral-norm"),
            new DiscriminatorLoses(
                Rivals.ONLY,
                "try a larger --ndf, --d-steps 2, a lower --lr-g, or less of --r1 and --gp"),
            ExplodingGradients.ofDiscriminator(Rivals.ONLY, EXPLODED, calm.formatted("d")),
            ExplodingGradients.ofGenerator(Rivals.ONLY, EXPLODED, calm.formatted("g"))));
  }

  /**
   * Of a network that turns pictures into others, and its discriminator.
   *
   * @param scores the meaning of the discriminator's output
   */
  public static Diagnosis ofTranslation(Scores scores) {
    return new Diagnosis(ofTranslation(Rivals.ONLY, scores));
  }

  /**
   * Of two such networks, A and B, with a discriminator each.
   *
   * @param scores the meaning of the discriminators' output
   */
  public static Diagnosis ofCycle(Scores scores) {
    List<Symptom> symptoms = new ArrayList<>(ofTranslation(Rivals.named("A"), scores));
    symptoms.addAll(ofTranslation(Rivals.named("B"), scores));
    return new Diagnosis(symptoms);
  }

  private static List<Symptom> ofTranslation(Rivals rivals, Scores scores) {
    String calm = "try a lower --lr, or --norm instance or layer, with which --gp 10 goes too";
    return List.of(
        new DiscriminatorWins(
            rivals,
            scores,
            "try a lower --lr, --gan-mode lsgan, --norm instance with --gp 10, a smaller --ndf or a"
                + " larger --ngf"),
        new DiscriminatorLoses(rivals, "try a larger --ndf, --net-d basic, or less of --gp"),
        ExplodingGradients.ofDiscriminator(rivals, EXPLODED_ON_ONE, calm),
        ExplodingGradients.ofGenerator(rivals, EXPLODED_ON_ONE, calm));
  }

  /** Of a network that learns a style from a perceptual loss. */
  public static Diagnosis ofStyle() {
    return new Diagnosis(
        List.of(
            new DivergingLoss("content", false, "try a lower --lr, or a larger --content-weight"),
            new DivergingLoss("style", true, "try a lower --lr, or a larger --style-weight"),
            ExplodingGradients.ofGenerator(
                Rivals.ONLY, EXPLODED, "try a lower --lr, or --norm instance")));
  }

  /** What begins or is over with this step; usually nothing. */
  public List<Finding> observe(Observation step) {
    return symptoms.stream()
        .map(symptom -> symptom.observe(step))
        .filter(Objects::nonNull)
        .toList();
  }

  /** What began and is not over. */
  public List<Finding> standing() {
    return symptoms.stream().map(Symptom::standing).filter(Objects::nonNull).toList();
  }
}
