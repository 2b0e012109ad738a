using Fixity.Gateway.SignIn;

namespace Fixity.Gateway.Tests.SignIn;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("elevenchars")]
    [InlineData("Administrator")]
    [InlineData("password1234")]
    [InlineData("Password2026!")]
    [InlineData("!!!Welcome!!!")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("iloveyou1234")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("abcabcabcabc")]
    [InlineData("hunter7hunter7")]
    [InlineData("123456789012")]
    [InlineData("098765432109")]
    [InlineData("abcdefghijkl")]
    [InlineData("qwertyuiop12")]
    [InlineData("QWERTZuiop123")]
    [InlineData("qwerty123456")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("aaaabbbbcccc")]
    [InlineData("grace hopper")]
    public void What_is_tried_first_is_refused(string password) =>
        Assert.NotNull(PasswordRules.Complaint("Grace Hopper", password));

    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("a long enough passphrase")]
    [InlineData("tr0ub4dor&3xyz")]
    [InlineData("wörterbuchverlag")]
    [InlineData("9f8a2c61d0e7")]
    [InlineData("passwords are for people")]
    public void What_nobody_tries_first_is_taken(string password) =>
        Assert.Null(PasswordRules.Complaint("Grace Hopper", password));

    [Fact]
    public void A_password_may_be_long_and_not_endless()
    {
        var random = new Random(7);
        var text = string.Concat(Enumerable.Range(0, PasswordRules.MaximumLength + 1).Select(_ => (char)random.Next('!', '~')));

        Assert.Null(PasswordRules.Complaint("ada", text[1..]));
        Assert.NotNull(PasswordRules.Complaint("ada", text));
    }
}
