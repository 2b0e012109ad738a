using Fixity.Alert.Deliveries;
using Microsoft.Extensions.Configuration;

namespace Fixity.Alert.Tests.Deliveries;

public sealed class PublicSiteTests
{
    [Theory]
    [InlineData("https://fixity.example", "https://fixity.example/scans/7")]
    [InlineData("http://fixity.example:8080/archive/", "http://fixity.example:8080/archive/scans/7")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example/scans/7")]
    [InlineData("http://[fd00::1]:8080", "http://[fd00::1]:8080/scans/7")]
    public void A_link_is_such_that_a_header_can_hold_it(string address, string link) =>
        Assert.Equal(link, SiteAt(address).LinkTo(3, 7, null)!.AbsoluteUri);

    [Theory]
    [InlineData("fixity.example")]
    [InlineData("ftp://fixity.example")]
    public void What_is_no_address_stops_the_start(string address) =>
        Assert.Contains(PublicSite.Setting, Assert.Throws<InvalidOperationException>(() => SiteAt(address)).Message, StringComparison.Ordinal);

    private static PublicSite SiteAt(string address) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { [PublicSite.Setting] = address }).Build());
}
