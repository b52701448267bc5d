package org.paywitness.invoice;

/**
 * Tax ids of Chinese taxpayers: the unified social credit code (GB 32100-2015, 18 characters with a check character),
 * or one of the numbers of 15 or 20 digits from before it. Pure.
 */
final class TaxId {
    /** Without I, O, S, V and Z, which look like digits. */
    private static final String ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    private static final int LENGTH = 18;

    private TaxId() {}

    /** In upper case. */
    static boolean isValid(String id) {
        return id.matches("\\d{15}|\\d{20}") || isCreditCode(id);
    }

    private static boolean isCreditCode(String id) {
        if (id.length() != LENGTH) {
            return false;
        }
        int sum = 0;
        int weight = 1;
        for (int i = 0; i < LENGTH - 1; i++) {
            int value = ALPHABET.indexOf(id.charAt(i));
            if (value < 0) {
                return false;
            }
            sum += value * weight;
            weight = weight * 3 % ALPHABET.length();
        }
        int check = Math.floorMod(-sum, ALPHABET.length());
        return id.charAt(LENGTH - 1) == ALPHABET.charAt(check);
    }
}
