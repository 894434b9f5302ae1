package bad;

import com.pulumiredisdatabase.redisdatabase.inputs.SavePointArgs;

/** What the SDK itself refuses when the program runs. */
public class Missing {
    public static void main(String[] args) {
        try {
            SavePointArgs.builder().seconds(60).build();
        } catch (RuntimeException error) {
            System.out.println(error.getMessage());
        }
    }
}
