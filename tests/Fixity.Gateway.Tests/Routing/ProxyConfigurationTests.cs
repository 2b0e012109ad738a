using Fixity.Gateway.Routing;
using Microsoft.Extensions.Configuration;

namespace Fixity.Gateway.Tests.Routing;

public sealed class ProxyConfigurationTests
{
    [Fact]
    public void A_service_may_be_silent_for_as_long_as_a_webhook_that_it_tries()
    {
        var longestWebhook = TimeSpan.FromSeconds(300);
        using var configuration = new ConfigurationManager();

        var clusters = ProxyConfiguration.From(configuration).GetConfig().Clusters;

        Assert.Equal(RouteTable.Services.Order(), clusters.Select(cluster => cluster.ClusterId).Order());
        Assert.All(clusters, cluster => Assert.True(cluster.HttpRequest?.ActivityTimeout > longestWebhook));
    }
}
