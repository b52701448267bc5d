import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Random;

/**
 * One day of one merchant as five sources file it, in the formats of the fixture, with a few differences between them:
 * {@code Ledgers DIRECTORY MERCHANT DAY ROWS SEED}. Beside the files, {@code rows.csv} has every row once more, as plain
 * columns for COPY; prints what a reconciliation must find.
 */
public final class Ledgers {
    private static final Charset GBK = Charset.forName("GBK");
    private static final String[] BINS = {"436742", "622848", "621700", "625912"};

    private final Path directory;
    private final String merchant;
    private final LocalDate day;
    private final Random random;
    private final BufferedWriter pos;
    private final BufferedWriter acquirer;
    private final BufferedWriter bank;
    private final BufferedWriter wechat;
    private final BufferedWriter alipay;
    private final BufferedWriter plain;
    private final StringBuilder line = new StringBuilder(1200);
    private int bankEntries;
    private int wechatRows;
    private int missingAtBank;
    private int missingAtAcquirer;
    private int missingAtTerminal;
    private int amountMismatch;

    private Ledgers(Path directory, String merchant, LocalDate day, long seed) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.merchant = merchant;
        this.day = day;
        this.random = new Random(seed);
        this.pos = open("pos-journal.csv", StandardCharsets.UTF_8);
        this.acquirer = open("acquirer-settlement.csv", StandardCharsets.UTF_8);
        this.bank = open("bank-camt053.xml", StandardCharsets.UTF_8);
        this.wechat = open("wechat-trade-bill.csv", StandardCharsets.UTF_8);
        this.alipay = open("alipay-trade-bill.csv", GBK);
        this.plain = open("rows.csv", StandardCharsets.UTF_8);
    }

    private BufferedWriter open(String name, Charset charset) throws IOException {
        return new BufferedWriter(new OutputStreamWriter(Files.newOutputStream(directory.resolve(name)), charset), 1 << 16);
    }

    public static void main(String[] args) throws IOException {
        new Ledgers(Path.of(args[0]), args[1], LocalDate.parse(args[2]), Long.parseLong(args[4]))
                .write(Integer.parseInt(args[3]));
    }

    // Three rows in ten from each of terminals, acquirer and bank, and half of one from each wallet.
    private void write(int rows) throws IOException {
        int cards = rows * 3 / 10;
        int wallet = rows / 20;
        begin();
        for (int i = 0; i < cards; i++) {
            card(i, cards, at(i, cards));
        }
        for (int i = 0; i < wallet; i++) {
            wechat(i, at(i, wallet));
            alipay(i, at(i, wallet));
        }
        end(wallet);
        System.out.printf("amount_mismatch=%d missing_at_acquirer=%d missing_at_bank=%d missing_at_terminal=%d%n",
                amountMismatch, missingAtAcquirer, missingAtBank, missingAtTerminal);
    }

    // In order, and the end of the day is quiet.
    private LocalDateTime at(int i, int of) {
        return day.atStartOfDay().plusSeconds((long) i * 85_000 / of);
    }

    private void card(int i, int cards, LocalDateTime at) throws IOException {
        String terminal = "T" + String.format("%05d", i % 400);
        String stan = String.format("%06d", i / 400 + 1);
        String rrn = "2631" + String.format("%08d", i);
        String first6 = BINS[random.nextInt(BINS.length)];
        String last4 = String.format("%04d", random.nextInt(10_000));
        String auth = String.format("%06d", random.nextInt(1_000_000));
        long cents = 100 + random.nextInt(2_000_000);
        // The last payments are whole: what a file misses shows only where it reaches far enough behind it.
        int drawn = random.nextInt(1000);
        int story = i >= cards - cards / 100 - 2 ? 999 : drawn;
        boolean atBank = story != 0;
        boolean atAcquirer = story != 1;
        boolean atTerminal = story != 2;
        long booked = story == 3 ? cents + 1000 : cents;
        missingAtBank += atBank ? 0 : 1;
        missingAtAcquirer += atAcquirer ? 0 : 1;
        missingAtTerminal += atTerminal ? 0 : 1;
        amountMismatch += story == 3 ? 1 : 0;
        String time = time(at);
        if (atTerminal) {
            write(pos, terminal, ",000101,", stan, ",", rrn, ",", auth, ",", time, ",purchase,chip,", first6, ",", last4,
                    ",", yuan(cents), ",CNY,approved,00,printed\n");
            plain("terminal", terminal + ":" + stan, time, cents, terminal, stan, rrn, "", first6, last4);
        }
        if (atAcquirer) {
            write(acquirer, merchant, ",", terminal, ",000101,", stan, ",", rrn, ",", auth, ",", time, ",",
                    day.plusDays(1).toString(), ",purchase,", first6, "******", last4, ",debit,", yuan(cents), ",",
                    yuan(Math.min(2000, cents / 200)), ",00,\n");
            plain("acquirer", rrn, time, cents, terminal, stan, rrn, "", first6, last4);
        }
        if (atBank) {
            entry(terminal, stan, rrn, first6, last4, booked);
            plain("bank", "B" + rrn, time, booked, terminal, stan, rrn, "", first6, last4);
        }
    }

    private void entry(String terminal, String stan, String rrn, String first6, String last4, long cents) throws IOException {
        String date = day.toString();
        String amount = "<Amt Ccy=\"CNY\">" + yuan(cents) + "</Amt><CdtDbtInd>DBIT</CdtDbtInd>";
        write(bank, "   <Ntry><NtryRef>", String.valueOf(++bankEntries), "</NtryRef>", amount,
                "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>", date, "</Dt></BookgDt><ValDt><Dt>", date,
                "</Dt></ValDt><AcctSvcrRef>B", rrn, "</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>CCRD</Cd>",
                "<SubFmlyCd>POSD</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>", rrn,
                "</EndToEndId></Refs>", amount, "<CardTx><Card><PlainCardData><PAN>", first6, "******", last4,
                "</PAN><XpryDt>2029-12</XpryDt></PlainCardData></Card><POI><Id><Id>", terminal,
                "</Id></Id></POI><Tx><Indv><TxId><TxDtTm>", date, "T00:00:00+08:00</TxDtTm><TxRef>", stan,
                "</TxRef></TxId></Indv></Tx></CardTx></TxDtls></NtryDtls></Ntry>\n");
    }

    private void wechat(int i, LocalDateTime at) throws IOException {
        String number = "4200" + String.format("%024d", i);
        String order = "WX" + i;
        long cents = 100 + random.nextInt(200_000);
        wechatRows++;
        write(wechat, "`", time(at), ",`wx8888888888888888,`1900000109,`0,`WEB,`", number, ",`", order,
                ",`oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`MICROPAY,`SUCCESS,`CMB_DEBIT,`CNY,`", yuan(cents),
                ",`0.00,`0,`0,`0.00,`0.00,`,`,`门店消费,`,`", yuan(cents * 38 / 10_000), ",`0.38%,`", yuan(cents),
                ",`0.00,`\n");
        plain("wallet", number, time(at), cents, "", "", "", order, "", "");
    }

    private void alipay(int i, LocalDateTime at) throws IOException {
        String number = "2026" + String.format("%024d", i);
        String order = "AL" + i;
        String yuan = yuan(100 + random.nextInt(200_000));
        write(alipay, number, "\t,", order, "\t,交易\t,门店消费,", time(at), ",", time(at.plusSeconds(4)),
                ",\t,\t,\t,\t,**明(138******00)\t,", yuan, ",", yuan,
                ",0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,0.00,0.00,\n");
        plain("wallet", number, time(at), 1, "", "", "", order, "", "");
    }

    private void begin() throws IOException {
        pos.write("terminal_id,batch,stan,rrn,auth_code,occurred_at,type,channel,card_first6,card_last4,amount,currency,"
                + "outcome,response_code,slip\n");
        acquirer.write("merchant_id,terminal_id,batch,stan,rrn,auth_code,occurred_at,settlement_date,type,card,card_kind,"
                + "amount,fee,response_code,original_rrn\n");
        String from = day + "T00:00:00+08:00";
        String to = day.plusDays(5) + "T00:00:00+08:00";
        bank.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">\n <BkToCstmrStmt>\n"
                + "  <GrpHdr><MsgId>STMT-" + day + "</MsgId><CreDtTm>" + to + "</CreDtTm></GrpHdr>\n  <Stmt>\n   <Id>"
                + day + "</Id><CreDtTm>" + to + "</CreDtTm><FrToDt><FrDtTm>" + from + "</FrDtTm><ToDtTm>" + to
                + "</ToDtTm></FrToDt>\n   <Acct><Id><Othr><Id>ISSUER-CARDS</Id></Othr></Id><Ccy>CNY</Ccy></Acct>\n");
        wechat.write("\uFEFF交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
                + "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
                + "手续费,费率,订单金额,申请退款金额,费率备注\n");
        String dates = "#起始日期：[" + chinese(day) + " 00:00:00]   终止日期：[" + chinese(day.plusDays(1)) + " 00:00:00]\n";
        alipay.write("#支付宝业务明细查询\n#账号：[20888888888888880156]\n" + dates
                + "#-----------------------------------------业务明细列表----------------------------------------\n"
                + "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
                + "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
                + "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\n");
    }

    private void end(int wallet) throws IOException {
        bank.write("  </Stmt>\n </BkToCstmrStmt>\n</Document>\n");
        wechat.write("总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\n`" + wechatRows
                + ",`0.00,`0.00,`0.00,`0.00,`0.00,`0.00\n");
        alipay.write("#-----------------------------------------业务明细列表结束------------------------------------\n"
                + "#交易合计：" + wallet + "笔，商家实收共0.00元，商家优惠共0.00元\n#导出时间：[" + chinese(day.plusDays(1))
                + " 10:00:00]\n");
        for (BufferedWriter out : new BufferedWriter[] {pos, acquirer, bank, wechat, alipay, plain}) {
            out.close();
        }
    }

    private void plain(String source, String ref, String time, long cents, String... more) throws IOException {
        line.setLength(0);
        line.append(source).append(',').append(ref).append(',').append(time).append("+08,").append(cents).append(",CNY,");
        line.append(merchant);
        for (String one : more) {
            line.append(',').append(one);
        }
        plain.append(line.append('\n'));
    }

    private void write(BufferedWriter out, String... parts) throws IOException {
        for (String part : parts) {
            out.write(part);
        }
    }

    private static String time(LocalDateTime at) {
        String text = at.toString().replace('T', ' ');
        return text.length() == 16 ? text + ":00" : text;
    }

    private static String chinese(LocalDate date) {
        return String.format("%d年%02d月%02d日", date.getYear(), date.getMonthValue(), date.getDayOfMonth());
    }

    private static String yuan(long cents) {
        return cents / 100 + "." + (char) ('0' + cents / 10 % 10) + (char) ('0' + cents % 10);
    }
}
