namespace Fixity.Hashing.Blake3;

/// <summary>The value every chunk and parent starts from: fractions of the square roots of the first eight primes.</summary>
internal static class Iv
{
    public const uint W0 = 0x6A09E667;
    public const uint W1 = 0xBB67AE85;
    public const uint W2 = 0x3C6EF372;
    public const uint W3 = 0xA54FF53A;
    public const uint W4 = 0x510E527F;
    public const uint W5 = 0x9B05688C;
    public const uint W6 = 0x1F83D9AB;
    public const uint W7 = 0x5BE0CD19;
}
