package lanewise.backend.cuda;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that need a GPU, and take the emulated one.
 *
 * <p>They run in a JVM of their own, as the driver is loaded once in each. Where there is no C++
 * compiler to build the emulator with they are skipped, unless LANEWISE_REQUIRE_EMULATOR is set.
 * Given a real one by {@code -Dlanewise.cuda=} and {@code -Dlanewise.cudnn=}, they take that.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("emulated-gpu")
@ExtendWith(EmulatorCondition.class)
public @interface OnEmulator {}
